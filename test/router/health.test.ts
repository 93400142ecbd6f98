import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  dampedRules,
  observe,
  taskRules,
  undampedRules,
  unknownHealth,
  type Evidence,
  type HealthRules,
} from '../../router/health.ts';

const good: Evidence = { kind: 'good' };
const refused: Evidence = { kind: 'bad', reason: 'refused' };
const silent: Evidence = { kind: 'silent', heard: false };
const broke: Evidence = { kind: 'broke', reason: 'reset' };
const suspect: Evidence = { kind: 'suspect' };

/** Evidence a millisecond apart; returns the health after each piece, and every change. */
function run(rules: HealthRules, evidence: readonly Evidence[]) {
  let state = unknownHealth;
  const changes: unknown[] = [];
  const healths = evidence.map((piece, at) => {
    const step = observe(state, piece, at, rules);
    state = step.state;
    if (step.change) changes.push(step.change);
    return `${state.health}${step.probeNow ? '!' : ''}`;
  });
  return { healths, changes };
}

describe('damped', () => {
  test.each([
    ['serves from its first good answer', [good], ['serving']],
    [
      'is down after two refusals, the second asked for at once',
      [good, refused, refused],
      ['serving', 'serving!', 'down'],
    ],
    ['is down after a broken request and a refused probe', [good, broke, refused], ['serving', 'serving!', 'down']],
    [
      'is not down by any number of requests broken in one moment',
      [good, broke, broke, broke, good, broke],
      ['serving', 'serving!', 'serving!', 'serving!', 'serving', 'serving!'],
    ],
    [
      'forgets a refusal once it answers',
      [good, refused, good, refused],
      ['serving', 'serving!', 'serving', 'serving!'],
    ],
    ['is down after two silent probes', [good, silent, silent], ['serving', 'serving', 'down']],
    [
      'is not silent while real answers come',
      [good, silent, { kind: 'silent', heard: true }, good],
      ['serving', 'serving', 'serving', 'serving'],
    ],
    [
      'comes back after two good answers in a row',
      [refused, refused, good, refused, good, good],
      ['unknown!', 'down', 'down', 'down', 'down', 'serving'],
    ],
    [
      'looks at once when an idle connection goes',
      [good, suspect, refused, refused, suspect],
      ['serving', 'serving!', 'serving!', 'down', 'down'],
    ],
  ] as const)('%s', (_name, evidence, healths) => {
    expect(run(dampedRules, evidence).healths).toEqual(healths);
  });

  test('a change says why and how long after its first sign', () => {
    expect(run(dampedRules, [good, refused, refused, good, good]).changes).toEqual([
      { health: 'serving', reason: 'answers', afterMs: 0 },
      { health: 'down', reason: 'refused', afterMs: 1 },
      { health: 'serving', reason: 'answers', afterMs: 1 },
    ]);
  });
});

test('without damping one piece of evidence is enough, both ways', () => {
  expect(run(undampedRules, [good, broke, good, silent, good]).healths).toEqual([
    'serving',
    'down',
    'serving',
    'down',
    'serving',
  ]);
});

test('a task is out at its first reset and back at its first answer', () => {
  expect(run(taskRules, [good, broke, good, silent, silent]).healths).toEqual([
    'serving',
    'down',
    'serving',
    'serving',
    'down',
  ]);
});

test('whatever the evidence: down only after something bad, serving only after something good', () => {
  const anyEvidence = fc.constantFrom<Evidence>(good, refused, silent, broke, suspect, { kind: 'silent', heard: true });
  fc.assert(
    fc.property(
      fc.array(anyEvidence, { maxLength: 40 }),
      fc.constantFrom(dampedRules, undampedRules, taskRules),
      (evidence, rules) => {
        const { healths } = run(rules, evidence);
        healths.forEach((health, at) => {
          const before = healths[at - 1]?.replace('!', '') ?? 'unknown';
          if (health.replace('!', '') === before) return;
          expect(evidence[at]!.kind === 'good').toBe(health.startsWith('serving'));
        });
      },
    ),
  );
});
