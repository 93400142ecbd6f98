import type { Event } from '../../cells/runtime/events.ts';
import type { InvariantVerdict } from './contract.ts';
import { counted, Findings } from './findings.ts';
import { Generations } from './generations.ts';
import type { Job } from './jobs.ts';
import { whose } from './no-lost-write.ts';
import type { Rows } from './rows.ts';
import type { Checker, Effect, Op } from './witness.ts';

const suspectsMax = 1000;

/** No tenant sees another's data: not in what is read, not in what is written or worked on for them. */
export class Isolation implements Checker {
  readonly id = 'isolation';
  readonly survivesGaps = true;
  readonly #rows: Rows;
  readonly #found = new Findings(this.id);
  readonly #owners = new Generations<string>(120_000, 400_000);
  /** Values that the one who read them is not known to have written. */
  readonly #suspects: Op[] = [];
  #looked = 0;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** The tenant who wrote a value with this hash; null: nobody; undefined: nobody who is remembered. */
  ownerOf(hash: string): string | null | undefined {
    const recent = this.#owners.get(hash);
    if (recent !== undefined) return recent;
    for (const row of this.#rows.all()) if (row.ackedHash === hash || row.unsettledWith(hash)) return row.tenant;
    return this.#owners.forgot ? undefined : null;
  }

  sent(op: Op): void {
    if (op.hash !== null) this.#owners.set(op.hash, op.tenant, op.sentT);
  }

  ended(op: Op): void {
    if (op.outcome !== 'ok') return;
    this.#looked++;
    const { row, seenHash, version } = op;
    if (op.kind !== 'read' || row === null || seenHash === null) return;
    if ((version !== null && row.versionOf(seenHash) !== null) || row.unsettledWith(seenHash)) return;
    // Where versions are not told every read is looked at, as long as its value is remembered.
    if (version === null && this.ownerOf(seenHash) === op.tenant) return;
    if (this.#suspects.length < suspectsMax) this.#suspects.push(op);
  }

  committed(effect: Effect): void {
    const { op } = effect;
    if (op === null || op.row === null || effect.row === null || op.row === effect.row) return;
    this.#found.add({
      ...whose(op),
      cell: effect.cell,
      expected: `an effect on ${op.row.name} of ${op.tenant}`,
      seen: `one on ${effect.row.name} of ${effect.tenant}`,
      events: [op.sent, effect.event],
    });
  }

  differed(op: Op, client: Event, router: Event): void {
    if (op.tenant === router['tenant']) return;
    this.#found.add({
      ...whose(op),
      expected: `a request of ${op.tenant}`,
      seen: `it was routed as one of ${String(router['tenant'])}`,
      events: [op.sent, client, router],
    });
  }

  job(job: Job, event: Event): void {
    const tenant = event['tenant'];
    if (job.tenant === null || job.tenant === tenant) return;
    this.#found.add({
      request: job.id,
      tenant: job.tenant,
      cell: job.cell,
      epoch: null,
      expected: `job ${job.id} to be worked on for ${job.tenant}, who submitted it`,
      seen: `${event.kind} for ${String(tenant)}`,
      events: [job.accepted, job.last, event],
    });
  }

  end(): InvariantVerdict {
    for (const op of this.#suspects) this.#decide(op);
    return this.#found.verdict(counted(this.#looked, 'answer'));
  }

  #decide(op: Op): void {
    const owner = this.ownerOf(op.seenHash!);
    if (typeof owner !== 'string' || owner === op.tenant) return;
    this.#found.add({
      ...whose(op),
      expected: `${op.row!.name} of ${op.tenant} with a value that ${op.tenant} wrote`,
      seen: `${op.version === null ? 'it' : `version ${op.version}`} with a value that ${owner} wrote (${op.seenHash})`,
      events: [op.sent, op.answer],
    });
  }
}
