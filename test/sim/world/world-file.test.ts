import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonSchemaText } from '../../../sim/world/json-schema.ts';
import { printProblems, readWorldFile } from '../../../sim/world/read-file.ts';
import { defaultWorld } from '../../../sim/world/schema.ts';
import { parseWorldFile } from '../../../sim/world/world-file.ts';
import { fuzzFiles } from '../../support/fuzz-files.ts';

const root = join(import.meta.dirname, '../../..');
const worlds = join(root, 'fixtures/worlds');
const invalid = join(root, 'fixtures/invalid');

describe('the worlds that Petri ships', () => {
  test.each(readdirSync(worlds))('%s is valid and names its schema', async (file) => {
    const outcome = await readWorldFile(join(worlds, file));
    expect(outcome).toMatchObject({ kind: 'world', world: { name: file.replace('.yaml', '') } });
    expect(readFileSync(join(worlds, file), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/\.\.\/petri\.schema\.json\n/,
    );
  });

  test('the default file says what is the default', async () => {
    expect(await readWorldFile(join(worlds, 'default.yaml'))).toMatchObject({ kind: 'world', world: defaultWorld() });
  });
});

test('the shortest world file is the default world', () => {
  expect(parseWorldFile(Buffer.from('petri: 1\n'))).toEqual({
    kind: 'world',
    world: defaultWorld(),
    stated: ['petri'],
  });
});

describe('wrong files', () => {
  const files = readdirSync(invalid).filter((file) => file.endsWith('.yaml'));

  test('there are enough of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(60);
  });

  test.each(files)('%s is told all that is wrong, and where', async (file) => {
    const path = join(invalid, file);
    const expected = readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line) => (line.startsWith('# expect: ') ? [`${file}:${line.slice('# expect: '.length)}`] : []));
    const outcome = await readWorldFile(path);
    expect(outcome.kind).toBe('invalid');
    if (outcome.kind === 'invalid') expect(printProblems(file, outcome.problems)).toEqual(expected);
  });

  test.each([
    ['nothing', Buffer.from(''), 'the file is empty: a world file begins with petri: 1'],
    ['only a comment', Buffer.from('# hello\n'), 'the file is empty: a world file begins with petri: 1'],
    ['Latin-1', Buffer.from('name: caf\xe9', 'latin1'), 'the file is not UTF-8 text: save it as UTF-8'],
    ['UTF-16', Buffer.from('\ufeffpetri: 1', 'utf16le'), 'the file is not UTF-8 text: save it as UTF-8'],
    ['an escape', Buffer.from('name: \u001b[31m'), 'a control character (code 27) does not belong into a file'],
    ['a NUL', Buffer.from('petri: \0'), 'a control character (code 0) does not belong into a file'],
    ['257 KiB', Buffer.alloc(257 * 1024, '#'), 'the file has 263168 bytes; at most 262144 (256 KiB) are taken'],
    ['100,000 brackets', Buffer.alloc(100_000, '['), 'nested deeper than 20 levels'],
    ['100,000 dashes', Buffer.alloc(200_000, '- '), 'nested deeper than 20 levels'],
    ['60,000 colons', Buffer.alloc(180_000, 'a: '), 'nested deeper than 20 levels'],
    [
      '50,000 keys',
      Buffer.alloc(200_000, 'a:\n'),
      'the file holds more than 10000 words and marks up to here: no world needs so many',
    ],
  ])('%s', (_, bytes, message) => {
    const outcome = parseWorldFile(bytes);
    expect(outcome.kind === 'invalid' && outcome.problems.map((problem) => problem.message)).toEqual([message]);
  });

  test('a byte order mark is no error', () => {
    expect(parseWorldFile(Buffer.from('\ufeffpetri: 1\n')).kind).toBe('world');
  });

  test('a scenario is told apart from a broken world', () => {
    expect(parseWorldFile(Buffer.from('petri: 1\nrun: 60s\n'))).toEqual({ kind: 'scenario', key: 'run' });
  });

  test.each(['.', 'fixtures/none.yaml', 'package.json/x'])('%s cannot be read', async (path) => {
    expect(await readWorldFile(join(root, path))).toMatchObject({ kind: 'unreadable' });
  });
});

test('mutated files are refused with place and sentence, or valid, and never hang', () => {
  const { failures, valid, refused } = fuzzFiles('world', 400, 7);
  expect(failures).toEqual([]);
  expect(valid + refused).toBe(400);
});

test('petri.schema.json is what the schema says now', () => {
  expect(readFileSync(join(root, 'petri.schema.json'), 'utf8')).toBe(jsonSchemaText());
});
