import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { EventSink } from '../../cells/runtime/events.ts';
import { realTime, wait, type Time, type Timer } from '../../cells/runtime/time.ts';
import { faultKinds } from '../faults/catalogue.ts';
import type { FaultKind, FaultPorts, OpenFault, ResolvedTarget, Seen } from '../faults/fault.ts';
import type { OutsideWord } from './outside-watch.ts';
import type { Affected } from '../ledger/dependency.ts';
import { staysDown } from '../faults/kill.ts';
import type { FaultStatus } from '../state/status.ts';
import type { SubstrateName } from '../substrate/substrate.ts';

/** The longest wait for a probe, in milliseconds: then the answer is `unproven`. */
const proofWithinMs = 30_000;
const probeEveryMs = 15;
const tickEveryMs = 250;
const longestMs = 3_600_000;
/** Faults that are gone stay listed this long. */
const keepGoneMs = 60_000;

/** Kinds that need something alive to work on. */
const endsParts: ReadonlySet<string> = new Set([
  'kill',
  'stop',
  'pause',
  'crash-loop',
  'disconnect',
  'cpu-starved',
  'memory-starved',
  'out-of-memory',
  'queue-engine-killed',
  'queue-engine-stalled',
  'map-down',
  'control-down',
  'disk-full',
  'slow-disk',
  'read-only',
  'storage-wiped',
  'power-loss',
  'clock-skewed',
  'error-answers',
]);

interface Running {
  readonly kind: FaultKind;
  readonly open: OpenFault;
  status: FaultStatus;
  /** When it took, by the probe. */
  takenMs: number | null;
}

export interface FaultRunnerOptions {
  readonly time?: Time;
  /** What the world runs on: some faults exist only there. */
  readonly on: SubstrateName;
  readonly ports: FaultPorts;
  readonly events: EventSink;
  readonly resolve: (target: string) => ResolvedTarget;
  /** What it does to parts and links, for whoever predicts from the record. */
  readonly affected: (kind: string, target: ResolvedTarget) => readonly Affected[];
  /** Written and synced before the effect, and after the end. */
  readonly ledger: { intent(status: FaultStatus): Promise<void>; ended(id: string): void };
  readonly onOpen: (status: FaultStatus, target: ResolvedTarget) => void;
  readonly onGone: (status: FaultStatus, target: ResolvedTarget) => void;
  readonly onLine: (text: string, command: string | null) => void;
}

export interface InjectRequest {
  readonly kind: string;
  readonly target: string;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly forMs: number | null;
  readonly hold: boolean;
  readonly by: string;
}

/** Keeps the open faults: written down first, then done, then proven, ended in time, and proven gone. */
export class FaultRunner {
  readonly #options: FaultRunnerOptions;
  readonly #running = new Map<string, Running>();
  #lastId = 0;
  readonly #time: Time;
  #timer: Timer | null = null;
  #ticking = false;

  constructor(options: FaultRunnerOptions) {
    this.#options = options;
    this.#time = options.time ?? realTime;
  }

  start(): void {
    this.#timer = this.#time.every(tickEveryMs, () => void this.#tick());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  list(): readonly FaultStatus[] {
    return [...this.#running.values()].map((fault) => fault.status);
  }

  /** Those that are not gone. */
  open(): readonly { status: FaultStatus; target: ResolvedTarget; hold: boolean }[] {
    return [...this.#running.values()]
      .filter((fault) => fault.status.state !== 'gone')
      .map((fault) => ({ status: fault.status, target: fault.open.target, hold: fault.open.hold }));
  }

  async inject(request: InjectRequest): Promise<FaultStatus> {
    const kind = faultKinds.find((each) => each.kind === request.kind);
    if (!kind) throw new RpcError('usage', `no fault is called ${request.kind}; petri fault --help lists them`);
    const target = this.#options.resolve(request.target);
    if (kind.on && !kind.on.includes(this.#options.on)) {
      const where = kind.on.join(' or ');
      throw new RpcError(
        'usage',
        `${kind.kind} needs a world on ${where} (petri up --on ${kind.on[0]}); this one is on ${this.#options.on}`,
      );
    }
    if (!kind.targets.includes(target.kind)) {
      throw new RpcError('usage', `${kind.kind} cannot be done to ${target.text}; it takes ${kind.targets.join(', ')}`);
    }
    if (request.forMs !== null && request.forMs > longestMs) {
      throw new RpcError('usage', 'a fault ends after 1 h at the latest');
    }
    this.#refuseTwice(kind, target);
    if (endsParts.has(kind.kind)) await this.#refuseIfDown(kind, target, request.hold || request.forMs !== null);
    const settings = Object.fromEntries(kind.settings.map((each) => [each.name, each.default]));
    const open: OpenFault = {
      id: `f${++this.#lastId}`,
      kind: kind.kind,
      target,
      settings: { ...settings, ...request.settings },
      // Down for a given time is down until then: what ends by the clock is not replaced before it.
      hold: request.hold || request.forMs !== null,
      notes: new Map(),
    };
    return this.#run({ kind, open, takenMs: null, status: this.#firstStatus(kind, open, request) });
  }

  /** What somebody else did: listed and ended like a fault of ours. */
  noteOutside(word: OutsideWord, target: ResolvedTarget, atMs: number): void {
    const id = `f${++this.#lastId}`;
    const open: OpenFault = { id, kind: word, target, settings: {}, hold: false, notes: new Map() };
    const what = target.addresses.length === 1 ? '1 part' : `${target.addresses.length} parts`;
    const status: FaultStatus = {
      id,
      kind: word,
      target: target.text,
      by: 'outside',
      sinceMs: atMs,
      untilMs: null,
      state: 'open',
      seen: `${what} ${outsideWords[word].seen} without Petri`,
      healedMs: null,
      settings: {},
      endsBy: word === 'death' ? 'its service replaces it' : `petri heal ${id}`,
    };
    this.#running.set(id, { kind: outsideKind(word), open, takenMs: atMs, status });
    const affected = this.#options.affected(word, target);
    this.#options.events.record('fault.seen', {
      ...{ fault: id, what: word, target: target.text, by: 'outside', affected, since: atMs },
    });
    this.#options.onOpen(status, target);
    this.#options.onLine(`${target.text}: ${status.seen}`, null);
  }

  async heal(id: string | null): Promise<readonly FaultStatus[]> {
    const open = [...this.#running.values()].filter((fault) => ['open', 'injecting'].includes(fault.status.state));
    const chosen = open.filter((fault) => id === null || fault.open.id === id || fault.open.target.text === id);
    if (id !== null && chosen.length === 0) {
      const known = open.map((fault) => `${fault.open.id} (${fault.open.kind} ${fault.open.target.text})`).join(', ');
      throw new RpcError('usage', `no open fault ${id}; ${known === '' ? 'none is open' : `open: ${known}`}`);
    }
    return Promise.all(chosen.map((fault) => this.#end(fault)));
  }

  /** Ends the faults that hold a target down or frozen, in part or whole. */
  async healCovering(addresses: readonly string[]): Promise<readonly FaultStatus[]> {
    const covering = [...this.#running.values()].filter(
      ({ kind, status, open }) =>
        status.state === 'open' &&
        !kind.outlivesRestart &&
        open.target.addresses.some((address) => addresses.includes(address)),
    );
    return Promise.all(covering.map((fault) => this.#end(fault)));
  }

  #firstStatus(kind: FaultKind, open: OpenFault, request: InjectRequest): FaultStatus {
    const now = this.#time.nowMs();
    const lasts = request.forMs ?? (kind.defaultForMs === null || kind.defaultForMs === 0 ? null : kind.defaultForMs);
    return {
      id: open.id,
      kind: kind.kind,
      target: open.target.text,
      by: request.by,
      sinceMs: now,
      untilMs: lasts === null ? null : now + lasts,
      state: 'injecting',
      seen: null,
      healedMs: null,
      settings: open.settings,
      endsBy: endsBy(open, kind, lasts),
    };
  }

  async #run(fault: Running): Promise<FaultStatus> {
    const { kind, open } = fault;
    const { ports, events, ledger } = this.#options;
    this.#running.set(open.id, fault);
    try {
      await ledger.intent(fault.status);
    } catch (error) {
      this.#running.delete(open.id);
      const why = (error as Error).message;
      throw new RpcError(
        'unavailable',
        `the world's ledger cannot be written (${why}), so nothing was done: petri doctor`,
      );
    }
    const affected = this.#options.affected(kind.kind, open.target);
    const { sinceMs, untilMs, settings, by } = fault.status;
    events.record('fault.injected', {
      ...{ fault: open.id, what: kind.kind, target: open.target.text, by, settings },
      ...{ affected, since: sinceMs, forMs: untilMs === null ? null : untilMs - sinceMs, hold: open.hold },
    });
    this.#options.onOpen(fault.status, open.target);
    let seen: Seen;
    try {
      await kind.inject(ports, open);
      seen = await this.#untilSeen(() => kind.taken(ports, open));
    } catch (error) {
      await this.#end(fault).catch(() => {});
      throw error;
    }
    if (!seen.ok) {
      await this.#end(fault).catch(() => {});
      throw new RpcError(
        'unproven',
        `${kind.kind} ${open.target.text} was not seen to take in ${proofWithinMs / 1000} s: ${seen.text}`,
      );
    }
    fault.takenMs = this.#time.nowMs();
    const command = commandOf(fault.status);
    this.#set(fault, { seen: seen.text, ...(fault.status.state === 'injecting' ? { state: 'open' as const } : {}) });
    events.record('fault.seen', { fault: open.id, what: kind.kind, target: open.target.text, seen: seen.text });
    this.#options.onLine(`${who(fault.status.by)}: ${command}: ${seen.text}`, command);
    return fault.status;
  }

  async #end(fault: Running): Promise<FaultStatus> {
    const { kind, open } = fault;
    if (fault.status.state === 'healing' || fault.status.state === 'gone') return fault.status;
    this.#set(fault, { state: 'healing' });
    const { ports, events } = this.#options;
    events.record('fault.healed', { fault: open.id, what: kind.kind, target: open.target.text });
    let seen: Seen;
    try {
      await kind.heal(ports, open);
      seen = await this.#untilSeen(() => kind.gone(ports, open));
    } catch (error) {
      this.#set(fault, { state: 'open' });
      if (error instanceof RpcError) throw error;
      const why = (error as Error).message;
      throw new RpcError('unproven', `${open.id} could not be ended yet: ${why}. petri heal ${open.id} tries again`);
    }
    if (!seen.ok) {
      this.#set(fault, { state: 'open' });
      throw new RpcError('unproven', `${open.id} was not seen to go in ${proofWithinMs / 1000} s: ${seen.text}`);
    }
    this.#gone(fault, seen);
    return fault.status;
  }

  #gone(fault: Running, seen: Seen): void {
    const { open } = fault;
    this.#set(fault, { state: 'gone', healedMs: this.#time.nowMs(), seen: seen.text });
    this.#options.ledger.ended(open.id);
    this.#options.events.record('fault.gone', {
      fault: open.id,
      what: open.kind,
      target: open.target.text,
      seen: seen.text,
    });
    this.#options.onGone(fault.status, open.target);
    const lastedS = ((this.#time.nowMs() - fault.status.sinceMs) / 1000).toFixed(1);
    this.#options.onLine(`${open.id} ${open.kind} ${open.target.text} is gone after ${lastedS} s: ${seen.text}`, null);
  }

  /** Ends what is over: by its time, or, for what a service repairs, as soon as it is repaired. */
  async #tick(): Promise<void> {
    if (this.#ticking) return;
    this.#ticking = true;
    try {
      await Promise.all([...this.#running.values()].map((fault) => this.#tickOne(fault)));
    } finally {
      this.#ticking = false;
    }
  }

  async #tickOne(fault: Running): Promise<void> {
    const { kind, open, status } = fault;
    if (status.state === 'gone') {
      if (this.#time.nowMs() - (status.healedMs ?? 0) > keepGoneMs) this.#running.delete(open.id);
      return;
    }
    if (status.state !== 'open') return;
    try {
      if (status.untilMs !== null && this.#time.nowMs() >= status.untilMs) {
        await this.#end(fault);
      } else if (endsByItself(kind, open, status)) {
        const seen = await kind.gone(this.#options.ports, open);
        if (seen.ok && fault.status.state === 'open') this.#gone(fault, seen);
      } else {
        await kind.tick?.(this.#options.ports, open);
      }
    } catch (error) {
      // The next tick tries again; a fault that cannot be ended stays listed as open.
      this.#options.events.record('fault.trouble', { fault: open.id, message: (error as Error).message });
    }
  }

  async #untilSeen(probe: () => Promise<Seen>): Promise<Seen> {
    const deadline = this.#time.nowMs() + proofWithinMs;
    for (;;) {
      const seen = await probe().catch((error: Error) => ({ ok: false, text: error.message }));
      if (seen.ok || this.#time.nowMs() > deadline) return seen;
      await wait(this.#time, probeEveryMs);
    }
  }

  #refuseTwice(kind: FaultKind, target: ResolvedTarget): void {
    for (const fault of this.#running.values()) {
      if (fault.status.state === 'gone' || fault.kind.kind !== kind.kind) continue;
      if (fault.open.target.text !== target.text) continue;
      if (kind.kind === 'kill' && !staysDown(fault.open)) continue;
      throw new RpcError('usage', `${kind.kind} ${target.text} is already in force as ${fault.open.id}`);
    }
  }

  /** What is down cannot be killed, frozen or crashed again; it can be held down where nothing does yet. */
  async #refuseIfDown(kind: FaultKind, target: ResolvedTarget, hold: boolean): Promise<void> {
    const states = await Promise.all(target.addresses.map((address) => this.#options.ports.partState(address)));
    if (states.some((state) => state !== 'dead' && state !== 'stopped')) return;
    const covers = (fault: { target: ResolvedTarget }) =>
      target.addresses.every((each) => fault.target.addresses.includes(each));
    const by = this.open().find(covers);
    const held = by !== undefined && by.status.kind !== 'death' && staysDown(by);
    if (kind.kind === 'kill' && staysDown({ target, hold }) && !held) return;
    const why = by ? ` (${by.status.id}, ${by.status.kind} ${by.status.target})` : '';
    throw new RpcError('usage', `${target.text} is down already${why}: petri restart ${target.text} brings it back`);
  }

  #set(fault: Running, change: Partial<FaultStatus>): void {
    fault.status = { ...fault.status, ...change };
  }
}

/** The command line that does what a fault did; a link is quoted, since a shell takes `>` for itself. */
export function commandOf({ kind, target }: Pick<FaultStatus, 'kind' | 'target'>): string {
  const word = target.includes('->') ? `'${target}'` : target;
  return ['kill', 'pause', 'partition'].includes(kind) ? `petri ${kind} ${word}` : `petri fault ${kind} ${word}`;
}

function who(by: string): string {
  return by === 'cli' || by === 'ui' ? 'you' : by;
}

/** What ends it, besides the clock: a command, or words for what comes by itself. */
function endsBy(open: OpenFault, kind: FaultKind, lastsMs: number | null): string {
  if (lastsMs !== null || endsOnlyByHand(kind, open)) return `petri heal ${open.id}`;
  return kind.defaultForMs === 0 ? 'it is over once it has taken' : 'its service replaces it';
}

function endsOnlyByHand(kind: FaultKind, open: OpenFault): boolean {
  return kind.defaultForMs === null && staysDown(open);
}

function endsByItself(kind: FaultKind, open: OpenFault, status: FaultStatus): boolean {
  // What is frozen may be killed, or continued by somebody else: then nothing of the pause is left.
  if (
    ['death', 'freeze', 'cut-off', 'pause', 'queue-engine-stalled', 'disconnect'].includes(kind.kind) ||
    kind.defaultForMs === 0
  )
    return true;
  return kind.defaultForMs === null && !staysDown(open) && status.untilMs === null;
}

/** What somebody else can do to a part, how it is told, and the kind of ours that it is ended like. */
const outsideWords = {
  death: { seen: 'died', like: 'kill' },
  freeze: { seen: 'frozen', like: 'pause' },
  'cut-off': { seen: 'taken off the network', like: 'disconnect' },
} as const;

function outsideKind(word: OutsideWord): FaultKind {
  const base = faultKinds.find((each) => each.kind === outsideWords[word].like);
  if (!base) throw new Error(`the catalogue lost ${outsideWords[word].like}`);
  return { ...base, kind: word, inject: () => Promise.resolve() };
}
