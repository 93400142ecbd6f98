import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadScenario, overrideScenario } from '../../../../sim/commands/load-scenario.ts';
import { createJudge } from '../../../../sim/judge/judge.ts';
import { verdictOf } from '../../../../sim/judge/verdict.ts';
import { runScenario } from '../../../../sim/scenario/runner.ts';
import { openVirtualWorld } from '../../../../sim/substrate/virtual/virtual-world.ts';
import { fixesOff } from '../../../support/scenario-fixes.ts';

/** One run in virtual time: its verdict, and the hash of its log. */
async function play(name: string, policies: readonly string[]): Promise<{ verdict: string; hash: string }> {
  const { scenario: read } = await loadScenario(`fixtures/scenarios/${name}.yaml`);
  const scenario = overrideScenario(read, { seed: null, bug: null, policies });
  const world = await openVirtualWorld(scenario.world, { seed: scenario.seed });
  const hash = createHash('sha256');
  const outcome = await world.run(() =>
    runScenario(scenario, world, {
      createJudge,
      onEvents: (events) => {
        for (const event of events) hash.update(JSON.stringify(event));
      },
    }),
  );
  return { verdict: verdictOf(outcome.judgement, scenario.expect).verdict, hash: hash.digest('hex') };
}

test('every scenario of the catalogue names its fix', () => {
  const files = readdirSync('fixtures/scenarios').filter((file) => /^f\d+-/.test(file));
  expect(files.map((file) => file.replace('.yaml', ''))).toEqual(Object.keys(fixesOff));
});

for (const [name, off] of Object.entries(fixesOff)) {
  test(`${name} holds in virtual time, and does not with ${off}`, async () => {
    expect((await play(name, [])).verdict).toBe('held');
    expect((await play(name, [off])).verdict).toBe('violated');
  });
}

test('one cell of three dies, and the same seed gives the same log', async () => {
  const first = await play('kill-one-cell', []);
  expect(first.verdict).toBe('held');
  expect(await play('kill-one-cell', [])).toEqual(first);
});
