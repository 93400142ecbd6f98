/** How Petri's traffic speaks to a web service that is not Petri's own. */
export interface Protocol {
  readonly write: RequestTemplate | null;
  readonly read: RequestTemplate | null;
  readonly submit: RequestTemplate | null;
  readonly poll: RequestTemplate | null;
}

export type TemplateName = keyof Protocol;

/** One kind of request, with the holes `{{tenant}}`, `{{key}}`, `{{value}}` and `{{id}}`. */
export interface RequestTemplate {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** The statuses that say that it took place. */
  readonly expect: readonly number[];
  /** JSON pointers into the answer; null: not to be found there. */
  readonly value: string | null;
  readonly version: string | null;
  readonly id: string | null;
  readonly state: string | null;
  /** The words at `state` that say that a job has ended. */
  readonly ended: readonly string[];
}

export const templateNames = ['write', 'read', 'submit', 'poll'] as const;

type Op = keyof Mix;
interface Mix {
  readonly read: number;
  readonly write: number;
  readonly job: number;
  readonly xl: number;
}

/** The template that speaks each kind of request; a web of one's own knows no large jobs. */
export const templateOf: Readonly<Record<Op, TemplateName | null>> = {
  read: 'read',
  write: 'write',
  job: 'submit',
  xl: null,
};

/** Whether there is anything at all that can be said to the service. */
export function isSpoken(protocol: Protocol): boolean {
  return protocol.write !== null || protocol.read !== null || protocol.submit !== null;
}

/** A mix without the kinds that the protocol has no template for, in the same proportions. Null: Petri's own protocol, which has all. */
export function spokenMix(mix: Mix, protocol: Protocol | null): Mix {
  if (protocol === null) return mix;
  const share = (op: Op) => {
    const name = templateOf[op];
    return name !== null && protocol[name] !== null ? mix[op] : 0;
  };
  const sum = share('read') + share('write') + share('job');
  const part = (op: Op) => (sum === 0 ? 0 : share(op) / sum);
  return { read: part('read'), write: part('write'), job: part('job'), xl: 0 };
}

/** A part of the judgement that this world cannot have, and why. */
export interface Skipped {
  readonly what: string;
  readonly because: string;
}

/** Why what was acknowledged cannot be read back; null where it can. */
export function readBackSkipped(protocol: Protocol): Skipped | null {
  const missing = (['write', 'read'] as const).filter((name) => protocol[name] === null);
  if (missing.length === 0) return null;
  return { what: 'read-back of acknowledged writes', because: `protocol has no ${missing.join(' and no ')}` };
}

/** What a protocol does not let anyone see. Never taken for held. */
export function skippedBy(protocol: Protocol): readonly Skipped[] {
  const readBack = readBackSkipped(protocol);
  const unasked =
    protocol.submit === null
      ? 'protocol has no submit'
      : protocol.poll === null
        ? 'protocol has no poll'
        : readBack && 'they are asked after while acknowledged writes are read back';
  return [
    ...(readBack ? [readBack] : []),
    ...(unasked === null ? [] : [{ what: 'ends of accepted jobs', because: unasked }]),
    ...(protocol.submit === null
      ? []
      : [{ what: 'jobs done twice', because: "only Petri's own workers tell of their deliveries" }]),
  ];
}
