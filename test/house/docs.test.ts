import { expect, test } from 'vitest';
import { fidelity } from '../../sim/commands/fidelity.ts';
import { commands } from '../../sim/commands/table.ts';
import { filesBelow, textOf } from './sources.ts';

const readme = textOf('README.md');
const floors = ['cells', 'router', 'sim', 'tui', 'scripts', 'bench', 'test'];

test('the README shows what stands for what, as `petri about --fidelity` does', () => {
  const rows = fidelity.map(({ cloud, here, cannotShow }) => [cloud, here, cannotShow]);
  const section = readme.slice(
    readme.indexOf('## What stands in for what'),
    readme.indexOf('`petri about --fidelity` prints'),
  );
  const shown = section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => line.slice(2, -2).split(' | '))
    .map(([cloud, here, _part, cannotShow]) => [cloud, here, cannotShow]);
  expect(shown).toEqual(rows);
});

test('the README names every command, and no other', () => {
  const section = readme.slice(readme.indexOf('## Commands'), readme.indexOf('A `TARGET` is'));
  const words = new Set([...section.matchAll(/`(?:petri )?([a-z]+)[^`]*`/g)].map((match) => match[1]!));
  const names = new Set(commands.map(({ name }) => name.split(' ')[0]!));
  expect([...names].filter((name) => !words.has(name) && name !== 'ui')).toEqual([]);
  expect([...words].filter((word) => !names.has(word) && word !== 'petri')).toEqual([]);
});

test('every file that ARCHITECTURE.md names is there', () => {
  const files = floors.flatMap(filesBelow);
  const named = [...textOf('ARCHITECTURE.md').matchAll(/`([a-z0-9/.-]+\.(?:ts|tsx|mjs))`/g)].map((match) => match[1]!);
  expect(named.filter((name) => !files.some((path) => path === name || path.endsWith(`/${name}`)))).toEqual([]);
});
