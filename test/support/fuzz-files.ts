import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseScenarioFile } from '../../sim/scenario/scenario-file.ts';
import { parseWorldFile } from '../../sim/world/world-file.ts';

export interface FuzzResult {
  readonly files: number;
  readonly valid: number;
  readonly refused: number;
  /** Files that were refused without a place or a sentence, that threw, or that took over a second. */
  readonly failures: readonly { readonly seed: number; readonly why: string; readonly text: string }[];
  readonly slowestMs: number;
}

const shreds = [
  '&a ',
  '*a',
  '!!js ',
  '<<: ',
  '__proto__: ',
  '- ',
  '? ',
  '{',
  '}',
  '[',
  ']',
  "'",
  '"',
  '|',
  '>',
  '\t',
  '\n',
  ': ',
  '#',
  '%',
  '---\n',
  '...\n',
  '\u0000',
  '\ufeff',
  '\ud800',
  '💥',
  '\u202e',
  '1e999',
  '.nan',
  '~',
  '-0',
  '0x10',
  '99999999999999999999',
  'true',
  ',',
  '@',
  '`',
  '\r',
  '\\x',
];

const kinds = {
  world: { folders: ['worlds', 'invalid'], parse: parseWorldFile },
  scenario: { folders: ['scenarios', 'invalid/scenarios'], parse: parseScenarioFile },
} as const;

/** Mutates the files of one kind in `fixtures/`, right and wrong ones, `n` times and reads each mutant. The same seed makes the same mutants. */
export function fuzzFiles(kind: keyof typeof kinds, n: number, seed: number): FuzzResult {
  const seeds = kinds[kind].folders.flatMap((folder) => {
    const path = join(import.meta.dirname, '../../fixtures', folder);
    return readdirSync(path)
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => readFileSync(join(path, file)));
  });
  const failures: { seed: number; why: string; text: string }[] = [];
  let valid = 0;
  let slowestMs = 0;
  for (let at = 0; at < n; at++) {
    const draw = generator(seed + at);
    const bytes = mutate(seeds[draw(seeds.length)]!, draw);
    const startedMs = performance.now();
    const why = judge(kind, bytes);
    const tookMs = performance.now() - startedMs;
    slowestMs = Math.max(slowestMs, tookMs);
    if (why === 'valid') valid++;
    else if (why !== null) failures.push({ seed: seed + at, why, text: bytes.toString('latin1').slice(0, 2000) });
    if (tookMs > 1000) failures.push({ seed: seed + at, why: `took ${Math.round(tookMs)} ms`, text: '' });
  }
  return { files: n, valid, refused: n - valid - failures.length, failures, slowestMs };
}

/** `valid`, null for a proper refusal, or what is wrong with how the file was taken. */
function judge(kind: keyof typeof kinds, bytes: Buffer): string | null {
  try {
    const outcome = kinds[kind].parse(bytes);
    if (outcome.kind !== 'invalid') return outcome.kind === kind ? 'valid' : null;
    if (outcome.problems.length === 0) return 'refused without a problem';
    const bad = outcome.problems.find(
      ({ line, column, message }) => line < 1 || column < 1 || message.length < 5 || /[\u0000-\u001f]/.test(message),
    );
    return bad ? `a problem without a place or a sentence: ${JSON.stringify(bad)}` : null;
  } catch (error) {
    return `threw ${String(error)}`;
  }
}

function mutate(original: Buffer, draw: (below: number) => number): Buffer {
  let bytes = original;
  for (let edits = 1 + draw(6); edits > 0; edits--) {
    const at = draw(bytes.length + 1);
    const until = Math.min(bytes.length, at + draw(12));
    const shred = Buffer.from(shreds[draw(shreds.length)]!);
    const middle = [
      () => shred,
      () => Buffer.alloc(0),
      () => Buffer.from([draw(256)]),
      () => Buffer.concat(Array.from({ length: draw(draw(50) === 0 ? 40_000 : 40) }, () => shred)),
      () => bytes.subarray(draw(bytes.length + 1)),
    ][draw(5)]!();
    bytes = Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(until)]);
  }
  return bytes.subarray(0, 300_000);
}

/** A small seeded generator (xorshift): whole numbers below `below`. */
function generator(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return below === 0 ? 0 : state % below;
  };
}
