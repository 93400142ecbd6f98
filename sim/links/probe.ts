import { Flow } from './flow.ts';
import { Allowance, Pacer } from './pace.ts';
import { resentAfterMs, type FlowEffect, type LinkEffect } from './rules.ts';

interface Asked {
  /** So many go there, and so many come back. */
  readonly bytes: number;
  /** It is through once the end of the connection has come back too. */
  readonly closes: boolean;
  /** Over what the rules themselves take. */
  readonly withinMs: number;
  readonly random: () => number;
}

/** Whether bytes come through both ways in time, on a connection of their own and a line of their own. */
export function throughFlows(effect: LinkEffect, { bytes, closes, withinMs, random }: Asked): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const allowance = effect.stallAfterBytes === null ? null : new Allowance(effect.stallAfterBytes);
  const rulesOf = (way: FlowEffect) => ({
    effect: way,
    pacer: way.bytesPerSecond === null ? null : new Pacer(way.bytesPerSecond),
    allowance,
  });
  const back = new Flow(
    source,
    arrival(bytes, closes, () => finish(true)),
    rulesOf(effect.from),
    random,
  );
  const send = (flow: Flow) => {
    flow.push({ chunk: Buffer.alloc(bytes) });
    if (closes) flow.push('end');
  };
  const there = new Flow(
    source,
    arrival(bytes, closes, () => send(back)),
    rulesOf(effect.to),
    random,
  );
  const finish = (came: boolean) => {
    clearTimeout(timer);
    there.discard();
    back.discard();
    resolve(came);
  };
  const longestMs = longest(effect.to, bytes, closes) + longest(effect.from, bytes, closes);
  const timer = setTimeout(() => finish(false), withinMs + longestMs);
  send(there);
  return promise;
}

const source = { pause() {}, resume() {} };

/** Calls `then` once all of it has arrived. */
function arrival(bytes: number, closes: boolean, then: () => void) {
  let left = bytes;
  return {
    write(chunk: Buffer) {
      left -= chunk.length;
      if (left === 0 && !closes) then();
      return true;
    },
    end: then,
    reset() {},
  };
}

function longest(effect: FlowEffect, bytes: number, closes: boolean) {
  const { latencyMs, jitterMs, closeLateMs, bytesPerSecond } = effect;
  const onLineMs = bytesPerSecond === null ? 0 : (bytes * 1000) / bytesPerSecond;
  const resentMs = resentAfterMs(effect, 0);
  return latencyMs + jitterMs + resentMs + onLineMs + (closes ? closeLateMs : 0);
}
