/** What a part lives under beside its config: how its volume and its clock are, and what a load balancer says in place of its tasks. */
export type Condition =
  /** The volume holds no more than this. */
  | { readonly kind: 'volume-size'; readonly bytesMax: number }
  /** Every commit waits so long for the disk. */
  | { readonly kind: 'slow-disk'; readonly delayMs: number }
  | { readonly kind: 'read-only' }
  /** The part's Unix clock is off by so much; below 0 it is behind. Time that passes, passes as ever. */
  | { readonly kind: 'clock-off'; readonly byMs: number }
  /** A share of requests, above 0 and up to 1, is answered with this status and not handed on. */
  | { readonly kind: 'answers'; readonly share: number; readonly status: number };

export interface InForce {
  /** Null: no bound. */
  readonly bytesMax: number | null;
  readonly diskDelayMs: number;
  readonly readOnly: boolean;
  readonly clockOffMs: number;
  readonly answers: { readonly share: number; readonly status: number } | null;
}

const nothing: InForce = { bytesMax: null, diskDelayMs: 0, readOnly: false, clockOffMs: 0, answers: null };

/** Adds conditions up: the smallest volume, delays and clocks summed, the largest share of answers with its status. */
export function addUp(conditions: Iterable<Condition>, start: InForce = nothing): InForce {
  let sum = start;
  for (const one of conditions) {
    switch (one.kind) {
      case 'volume-size':
        sum = { ...sum, bytesMax: Math.min(sum.bytesMax ?? one.bytesMax, one.bytesMax) };
        break;
      case 'slow-disk':
        sum = { ...sum, diskDelayMs: sum.diskDelayMs + one.delayMs };
        break;
      case 'read-only':
        sum = { ...sum, readOnly: true };
        break;
      case 'clock-off':
        sum = { ...sum, clockOffMs: sum.clockOffMs + one.byMs };
        break;
      case 'answers':
        if (one.share > (sum.answers?.share ?? 0)) sum = { ...sum, answers: { share: one.share, status: one.status } };
        break;
    }
  }
  return sum;
}

/** A volume that takes no writes now. Whoever meets it before a write has written nothing. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: 'SQLITE_FULL' | 'SQLITE_READONLY';

  constructor(code: DiskError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** What a part with a volume can say of it. */
export interface VolumeTrial {
  /** What the volume holds, in bytes. */
  usedBytes(): number | Promise<number>;
  /** Writes something and takes it back, the way every write of the part goes. Rejects where it cannot. */
  tryWrite(): Promise<void>;
}

/** The conditions of one part. They are set from outside as a whole, and are gone with the part's life. */
export class Conditions {
  /** What holds without any condition that was set. */
  readonly stated: InForce;
  #now: InForce;
  #trial: VolumeTrial | null = null;

  /** `volumeBytes`: what the volume holds at most, whatever else is set; null: no bound. */
  constructor(volumeBytes: number | null = null) {
    this.stated = { ...nothing, bytesMax: volumeBytes };
    this.#now = this.stated;
  }

  get now(): InForce {
    return this.#now;
  }

  get trial(): VolumeTrial | null {
    return this.#trial;
  }

  set(conditions: readonly Condition[]): void {
    this.#now = addUp(conditions, this.stated);
  }

  /** The part has a volume, and this is how it is looked at. */
  keeps(trial: VolumeTrial): void {
    this.#trial = trial;
  }

  /** Throws a {@link DiskError} where the volume takes no write; what it holds is asked only where that counts. */
  admit(usedBytes: () => number): void {
    const { readOnly, bytesMax } = this.#now;
    if (readOnly) throw new DiskError('SQLITE_READONLY', 'the volume is read-only');
    if (bytesMax === null) return;
    const used = usedBytes();
    if (used >= bytesMax)
      throw new DiskError('SQLITE_FULL', `the volume is full: it holds ${used} of ${bytesMax} bytes`);
  }
}
