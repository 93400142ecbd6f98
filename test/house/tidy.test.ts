import { existsSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { faultKinds } from '../../sim/faults/catalogue.ts';
import { filesBelow, importsOf, root, textOf } from './sources.ts';

const floors = ['cells', 'router', 'sim', 'tui'];
const shipped = floors.flatMap(filesBelow).filter((path) => /\.tsx?$/.test(path));
const own = [
  ...shipped,
  ...['test', 'bench', 'prove', 'scripts', 'docs']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap(filesBelow),
];

interface Override {
  readonly files: readonly string[];
  readonly rules: Readonly<Record<string, unknown>>;
}
const config = JSON.parse(textOf('.oxlintrc.json')) as { overrides: readonly Override[] };
const decidingGlobs = config.overrides.find(({ rules }) => 'import/no-nodejs-modules' in rules)!.files;
const isDeciding = (path: string) => decidingGlobs.some((glob) => matchesGlob(path, glob));

test('every glob of deciding code names a file that exists', () => {
  expect(decidingGlobs.filter((glob) => !shipped.some((path) => matchesGlob(path, glob)))).toEqual([]);
});

test('deciding code leads to nothing that does', () => {
  const seen = new Set<string>();
  const impure: string[] = [];
  const walk = (path: string, from: string) => {
    if (seen.has(path) || !existsSync(join(root, path))) return;
    seen.add(path);
    if (/^import\s(?!type\s).*'node:|\bDate\.now\(|\bset(Timeout|Interval)\(|\bMath\.random\(/m.test(textOf(path))) {
      impure.push(`${from} → ${path}`);
    }
    for (const next of importsOf(path)) walk(next, from);
  };
  for (const path of shipped.filter(isDeciding)) walk(path, path);
  expect(impure).toEqual([]);
});

test('an import() climbs no floor either', () => {
  const floorOf = (path: string) => floors.indexOf(path.split('/')[0]!);
  const climbs = shipped.flatMap((path) =>
    importsOf(path)
      .filter((to) => floorOf(to) > floorOf(path))
      .map((to) => `${path} → ${to}`),
  );
  expect(climbs).toEqual([]);
});

test('every fault kind of the catalogue is one file, and every file of a kind is in the catalogue', () => {
  const helpers = ['catalogue', 'fault', 'on-links', 'seen', 'map-push', 'conditioned', 'volumes'];
  const files = filesBelow('sim/faults').map((path) => path.slice('sim/faults/'.length, -'.ts'.length));
  const kinds = faultKinds.map(({ kind }) => kind);
  expect(files.filter((name) => !helpers.includes(name)).sort()).toEqual([...kinds].sort());
});

test('nothing names a folder of the machine that it was written on', () => {
  const suspect = new RegExp(['/wo' + 'rk/', '/ho' + 'me/[a-z]', '/Us' + 'ers/'].join('|'));
  expect(own.filter((path) => /\.(ts|tsx|mjs|md|json|ya?ml)$/.test(path) && suspect.test(textOf(path)))).toEqual([]);
});

test('tests have no skips, no retries and nothing that runs alone', () => {
  const weak = /\b(?:test|it|describe)\.(?:only|skip|todo|fails)\b|\bretry:\s*[1-9]/;
  expect(filesBelow('test').filter((path) => path.endsWith('.test.ts') && weak.test(textOf(path)))).toEqual([]);
});

test('a test stands where its source stands', () => {
  const houseless = filesBelow('test')
    .filter((path) => /\.test\.tsx?$/.test(path))
    .filter((path) => {
      const folder = path.split('/').slice(1, -1).join('/');
      return !['house', 'worlds', 'scripts'].includes(folder.split('/')[0]!) && !existsSync(join(root, folder));
    });
  expect(houseless).toEqual([]);
});
