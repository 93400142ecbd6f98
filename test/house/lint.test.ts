import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bystanders, violations } from './violations.ts';

const root = join(import.meta.dirname, '../..');
const house = mkdtempSync(join(tmpdir(), 'petri-lint-'));
let broken: ReadonlyMap<string, readonly string[]> = new Map();

interface OxlintReport {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
}

interface OxlintConfig {
  readonly rules: Readonly<Record<string, unknown>>;
  readonly overrides: readonly { readonly rules: Readonly<Record<string, unknown>> }[];
}

/** `typescript(no-explicit-any)` in a report is `typescript/no-explicit-any` in the configuration. */
const asConfigured = (code: string) => code.replace(/\((.*)\)$/, '/$1').replace(/^typescript-eslint/, 'typescript');

beforeAll(async () => {
  for (const name of ['.oxlintrc.json', 'tsconfig.json'])
    writeFileSync(join(house, name), readFileSync(join(root, name)));
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'));
  const files = [
    ...Object.entries(bystanders),
    ...violations.map(({ path, lines }) => [path, lines.join('\n') + '\n'] as const),
  ];
  for (const [path, text] of files) {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), text);
  }
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  const run = promisify(execFile)(process.execPath, [oxlint, '--format=json'], { cwd: house, maxBuffer: 1e7 });
  // It ends with 1, since it finds something: what it says is what counts.
  const said = await run.catch((failed: { stdout: string }) => failed);
  const found = new Map<string, string[]>();
  for (const { filename, code } of (JSON.parse(said.stdout) as OxlintReport).diagnostics) {
    found.set(filename, [...(found.get(filename) ?? []), asConfigured(code)]);
  }
  broken = found;
});

afterAll(() => rmSync(house, { recursive: true, force: true }));

test.each(violations)('$rule fires in $path', ({ rule, path }) => {
  expect(broken.get(path)).toContain(rule);
});

test('the rules that were shown to fire are the rules of .oxlintrc.json', () => {
  const config = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as OxlintConfig;
  const configured = [config, ...config.overrides].flatMap(({ rules }) =>
    Object.keys(rules).filter((name) => rules[name] !== 'off'),
  );
  const shown = violations.map(({ rule }) => rule);
  expect([...new Set(shown)].sort()).toEqual([...new Set(configured)].sort());
});
