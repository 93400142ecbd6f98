import type { Event } from '../../cells/runtime/events.ts';
import type { InvariantVerdict } from './contract.ts';
import { counted, Findings } from './findings.ts';
import type { Isolation } from './isolation.ts';
import { readEtag } from './ops.ts';
import { whose } from './no-lost-write.ts';
import type { Row, Rows } from './rows.ts';
import type { Checker, Effect, Op } from './witness.ts';

interface Suspect {
  readonly row: Row;
  readonly op: Op;
}

const suspectsMax = 1000;

/** Nothing is read that was never written, and nothing that was refused took effect. */
export class NoPhantom implements Checker {
  readonly id = 'no-phantom';
  readonly survivesGaps = false;
  readonly #rows: Rows;
  readonly #ownerOf: Isolation['ownerOf'];
  readonly #found = new Findings(this.id);
  /** Reads of values that nobody is known to have written: some stranger's write may still come to light. */
  #suspects: Suspect[] = [];
  #looked = 0;

  /** `ownerOf`: the tenant who wrote a value with this hash; what another tenant wrote is no phantom but a breach of isolation. */
  constructor(rows: Rows, ownerOf: Isolation['ownerOf']) {
    this.#rows = rows;
    this.#ownerOf = ownerOf;
  }

  ended(op: Op): void {
    const { row } = op;
    if (row === null || op.outcome !== 'ok') return;
    if (op.version === null) return this.#byValue(op, row);
    this.#looked++;
    if (op.kind === 'read') return this.#read(op, row, op.version);
    this.#explain(row, op.version, op.seenHash);
    if (op.hash !== null && op.seenHash !== null && op.hash !== op.seenHash) this.#other(op, row);
  }

  contradicted(effect: Effect, refusal: Event): void {
    this.#found.add({
      request: refusal['request'] as string,
      tenant: effect.tenant,
      cell: effect.cell,
      epoch: effect.epoch,
      expected: `no effect of a request that was refused with ${refusal['status']} (${refusal['reason'] ?? 'by the cell'})`,
      seen: `${effect.event.kind} ${effect.name}`,
      events: [effect.event, refusal],
    });
  }

  /** A client that was refused for good, by every attempt. */
  committed(effect: Effect): void {
    const { op } = effect;
    const etag = effect.row && readEtag(effect.name);
    if (etag) this.#explain(effect.row!, etag.version, etag.hash);
    if (op?.outcome !== 'refused' || effect.replayed) return;
    this.#tookEffect(op, `${effect.event.kind} ${effect.name}`, effect.event);
  }

  end(): InvariantVerdict {
    for (const suspect of this.#suspects) this.#decide(suspect);
    for (const row of this.#rows.all()) this.#count(row);
    return this.#found.verdict(counted(this.#looked, 'read and write', 'reads and writes'));
  }

  /** Where versions are not told, whoever wrote a value is known by it alone, for as long as anybody remembers. */
  #byValue(op: Op, row: Row): void {
    this.#looked++;
    const { seenHash } = op;
    if (op.kind !== 'read' || seenHash === null || row.unsettledWith(seenHash)) return;
    const owner = this.#ownerOf(seenHash);
    if (typeof owner === 'string') return;
    const refused = row.refusedWith(seenHash);
    if (refused) return this.#tookEffect(refused, 'its value read', op.answer);
    if (owner === undefined || this.#rows.base === null) return this.#found.doubt(unknownWriter(row));
    this.#found.add({
      ...whose(op),
      expected: `${row.name} with a value that somebody wrote to it`,
      seen: `a value (${seenHash}) that nobody sent`,
      events: [op.sent, op.answer],
    });
  }

  #read(op: Op, row: Row, version: number): void {
    const { seenHash } = op;
    if (seenHash === null || version === 0) return;
    // An old version, and a value that stood under another version before, are told by `row-order` and `once-per-key`.
    if (version < op.floor || row.versionOf(seenHash) !== null) return;
    // A stranger's read is known late: what it showed may have been replaced and forgotten since.
    if (op.foreign && version < row.done) return;
    if (row.hashAt(version) === seenHash || row.unsettledWith(seenHash)) return;
    const refused = row.refusedWith(seenHash);
    if (refused) return this.#tookEffect(refused, `its value read as version ${version}`, op.answer);
    if (this.#suspects.length < suspectsMax) this.#suspects.push({ row, op });
  }

  /** A cell's own record may reach the log after the read that shows it. */
  #explain(row: Row, version: number, hash: string | null): void {
    if (this.#suspects.length === 0) return;
    this.#suspects = this.#suspects.filter(
      (suspect) => suspect.row !== row || suspect.op.version !== version || suspect.op.seenHash !== hash,
    );
  }

  #tookEffect(op: Op, seen: string, event: Event | null): void {
    const expected = `no effect of a request that was refused${op.status === null ? '' : ` with ${op.status}`}`;
    this.#found.add({ ...whose(op), expected, seen, events: [op.sent, op.answer, event] });
  }

  #other(op: Op, row: Row): void {
    this.#found.add({
      ...whose(op),
      expected: `${row.name} with the value that was sent (${op.hash})`,
      seen: `an acknowledgement of another value (${op.seenHash})`,
      events: [op.sent, op.answer],
    });
  }

  #decide({ row, op }: Suspect): void {
    const hash = op.seenHash!;
    const version = op.version!;
    const owner = this.#ownerOf(hash);
    if (typeof owner === 'string' && owner !== row.tenant) return;
    if (row.base === null || version <= row.base || row.forgot || row.foreign > 0 || this.#rows.base === null) {
      return this.#found.doubt(unknownWriter(row));
    }
    this.#found.add({
      ...whose(op),
      expected: `${row.name} with a value that somebody wrote to it`,
      seen: `version ${version} with a value (${hash}) that nobody sent`,
      events: [row.ack, op.sent, op.answer],
    });
  }

  /** Each write raises the version by one, so there can be no more versions than writes. */
  #count(row: Row): void {
    if (row.base === null || this.#rows.base === null || row.foreign > 0 || row.forgot) return;
    const underWay = row.unsettled.filter((op) => op.outcome === null).length;
    const writes = row.acks + row.doubtful + row.repeated + underWay;
    if (row.done - row.base <= writes) return;
    this.#found.add({
      request: (row.ack?.['request'] as string | undefined) ?? null,
      tenant: row.tenant,
      cell: null,
      epoch: null,
      expected: `${row.name} at version ${row.base + writes} at most: ${counted(row.acks, 'write')} acknowledged, ${row.doubtful + underWay} in doubt`,
      seen: `version ${row.done}`,
      events: [row.ack],
    });
  }
}

function unknownWriter({ tenant, name }: Row): string {
  return `who wrote what was read of ${name} of ${tenant} is not in the record`;
}
