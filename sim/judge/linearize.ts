/** One operation on a register. `toT` is Infinity where nobody knows whether it took effect: it may do so at any time, or never. */
export interface RegisterOp {
  readonly kind: 'read' | 'write';
  /** What was written or read, as a hash; null: nothing is there. Written values are all different. */
  readonly value: string | null;
  readonly fromT: number;
  readonly toT: number;
}

/** What a register may hold; undefined: anything, since nobody has looked. */
export type Held = string | null | undefined;

export type Linearization =
  /** There is an order; afterwards the register holds one of these. */
  | { readonly kind: 'yes'; readonly held: ReadonlySet<Held> }
  | { readonly kind: 'no' }
  /** It would take more steps than allowed to tell. */
  | { readonly kind: 'unknown' };

/**
 * Whether operations on one register can be put in an order in which each takes effect at one moment between its begin and its end, and
 * each read shows what was written last. Wing and Gong's search as Lowe has it: it goes from each (operations done, value held) to
 * those that one more operation leads to, and looks at none twice. Reads that show what is held are taken at once, since no order is lost by it;
 * a write in doubt is taken only where a read wants it.
 */
export function linearize(ops: readonly RegisterOp[], before: ReadonlySet<Held>, stepsMax: number): Linearization {
  const sorted = ops.toSorted((a, b) => a.fromT - b.fromT);
  const certain = sorted.filter(({ toT }) => toT !== Infinity).length;
  const seen = new Set<string>();
  const open: Search[] = [...before].map((held) => ({ done: 0n, left: certain, held }));
  const held = new Set<Held>();
  for (let steps = 0; ; steps++) {
    const here = open.pop();
    if (!here) return held.size > 0 ? { kind: 'yes', held } : { kind: 'no' };
    if (steps > stepsMax) return { kind: 'unknown' };
    if (here.left === 0) {
      held.add(here.held);
      continue;
    }
    for (const next of nextOf(here, sorted)) {
      const name = `${next.done} ${next.held}`;
      if (seen.has(name)) continue;
      seen.add(name);
      open.push(next);
    }
  }
}

interface Search {
  /** A bit for each operation. */
  readonly done: bigint;
  /** Certain operations that are not done. */
  readonly left: number;
  readonly held: Held;
}

function nextOf(here: Search, ops: readonly RegisterOp[]): Search[] {
  const candidates: number[] = [];
  // Nothing may be done after an operation has ended that is not done yet.
  let endT = Infinity;
  const wanted = new Set<string | null>();
  ops.forEach((op, index) => {
    if ((here.done >> BigInt(index)) & 1n) return;
    if (op.kind === 'read') wanted.add(op.value);
    endT = Math.min(endT, op.toT);
    candidates.push(index);
  });
  const nexts: Search[] = [];
  for (const index of candidates) {
    const op = ops[index]!;
    if (op.fromT > endT) break;
    const isRead = op.kind === 'read';
    if (isRead && here.held !== undefined && here.held !== op.value) continue;
    if (op.toT === Infinity && (isRead || !wanted.has(op.value))) continue;
    const next: Search = {
      done: here.done | (1n << BigInt(index)),
      left: here.left - (op.toT === Infinity ? 0 : 1),
      held: op.value,
    };
    if (isRead && here.held === op.value) return [next];
    nexts.push(next);
  }
  return nexts;
}
