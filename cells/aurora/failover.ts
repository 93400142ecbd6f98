import type { AuroraRole } from './contract.ts';

/** What is known of the other instance. `silent`: it neither refuses nor answers, for so many milliseconds that this instance was awake. */
export type PeerSight =
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly times: number }
  | { readonly kind: 'silent'; readonly silentMs: number }
  | { readonly kind: 'says'; readonly role: AuroraRole['role']; readonly generation: number };

export interface Sight {
  /** Index 1 acts first where both could. */
  readonly index: number;
  readonly failoverMs: number;
  readonly own: { readonly role: AuroraRole['role']; readonly generation: number };
  /** The volume's current generation, 0 when it is empty; `whole` once its database is there. */
  readonly volume: { readonly generation: number; readonly whole: boolean };
  readonly peer: PeerSight;
  /** The peer answered at least once in this life. */
  readonly peerKnown: boolean;
  /** How long this instance has been awake since it last saw a writer, a new generation, or its own start, in milliseconds. */
  readonly leaderlessMs: number;
  /** How long it has been awake since it last saw a sign of the writer's life on the volume, a new generation, or its own start, in milliseconds. */
  readonly pulselessMs: number;
}

export type Move =
  | { readonly kind: 'stay' }
  /** Stop serving what is no longer current. */
  | { readonly kind: 'step-down'; readonly reason: string }
  /** Open the current generation for reading. */
  | { readonly kind: 'follow' }
  | { readonly kind: 'promote'; readonly reason: string };

/** A generation that was raised but is not whole is being copied by a thread that answers nobody meanwhile. */
const copyMsMax = 5000;
/** Index 2 leaves index 1 so much time to be there first. */
const politeMs = 400;

/** What an instance does next. Pure: the same sight gives the same move. A wrong promotion costs availability, never an acknowledged write. */
export function decide(sight: Sight): Move {
  const { own, volume } = sight;
  if (own.role !== 'starting' && volume.generation < own.generation)
    return { kind: 'step-down', reason: 'storage gone' };
  if (own.role === 'writer') {
    return volume.generation > own.generation ? { kind: 'step-down', reason: 'fenced' } : { kind: 'stay' };
  }
  const reason = reasonToPromote(sight);
  if (reason !== null) return { kind: 'promote', reason };
  const behind = own.role === 'starting' || own.generation < volume.generation;
  return behind && volume.whole ? { kind: 'follow' } : { kind: 'stay' };
}

function reasonToPromote({
  index,
  failoverMs,
  volume,
  peer,
  peerKnown,
  leaderlessMs,
  pulselessMs,
}: Sight): string | null {
  if (volume.generation === 0) return index === 1 || leaderlessMs >= copyMsMax ? 'empty volume' : null;
  switch (peer.kind) {
    case 'none':
      return 'no peer';
    case 'refused':
      return peer.times >= 2 && (index === 1 || peerKnown || leaderlessMs >= politeMs) ? 'peer gone' : null;
    case 'silent':
      // Its life shows on the volume: then it is this instance that is cut off, and a failover would hit everybody for nothing.
      if (pulselessMs < failoverMs) return null;
      return peer.silentMs >= (volume.whole ? failoverMs : Math.max(failoverMs, copyMsMax)) ? 'peer silent' : null;
    case 'says': {
      if (peer.role === 'writer' && peer.generation === volume.generation) return null;
      // A reader of an older generation has most likely raised the present one since: it is given time to say so.
      if (peer.role === 'reader' && peer.generation < volume.generation)
        return leaderlessMs >= failoverMs ? 'no writer' : null;
      // Both are up and neither writes, as after a start of both: whoever waits less goes first.
      return leaderlessMs >= (index === 1 ? politeMs / 2 : politeMs + failoverMs / 2) ? 'no writer' : null;
    }
  }
}
