/** A file that breaks one rule, at a path where the rule applies. */
export interface Violation {
  readonly rule: string;
  readonly path: string;
  readonly lines: readonly string[];
}

const deciding = 'router/route.ts';

/** One for every rule of `.oxlintrc.json`, and one for every step that an import must not take upwards. */
export const violations: readonly Violation[] = [
  { rule: 'typescript/no-floating-promises', path: 'sim/floating.ts', lines: ['Promise.resolve(1);'] },
  {
    rule: 'typescript/no-misused-promises',
    path: 'sim/misused.ts',
    lines: ['export const at = (): Promise<boolean> => Promise.resolve(true);', 'if (at()) throw new Error();'],
  },
  { rule: 'typescript/await-thenable', path: 'sim/awaits.ts', lines: ['export const one = await 1;'] },
  {
    rule: 'typescript/switch-exhaustiveness-check',
    path: 'sim/switches.ts',
    lines: [
      "export function word(state: 'up' | 'down'): string {",
      '  switch (state) {',
      "    case 'up':",
      "      return 'serving';",
      '  }',
      "  return '';",
      '}',
    ],
  },
  { rule: 'typescript/no-explicit-any', path: 'sim/anything.ts', lines: ['export const value: any = 1;'] },
  {
    rule: 'typescript/consistent-type-imports',
    path: 'sim/types.ts',
    lines: ["import { Socket } from 'node:net';", 'export const close = (socket: Socket) => socket.end();'],
  },
  { rule: 'unicorn/filename-case', path: 'sim/notKebab.ts', lines: ['export const one = 1;'] },
  { rule: 'import/no-default-export', path: 'sim/defaults.ts', lines: ['export default 1;'] },
  {
    rule: 'import/no-cycle',
    path: 'sim/chicken.ts',
    lines: ["import { egg } from './egg.ts';", 'export const chicken = () => egg;'],
  },
  {
    rule: 'eslint/max-lines',
    path: 'sim/long.ts',
    lines: Array.from({ length: 401 }, (_, n) => `export const a${n} = 1;`),
  },
  {
    rule: 'eslint/max-lines-per-function',
    path: 'sim/long-function.ts',
    lines: [
      'export function long(add: (n: number) => void) {',
      ...Array.from({ length: 100 }, (_, n) => `  add(${n});`),
      '}',
    ],
  },
  { rule: 'eslint/no-warning-comments', path: 'sim/later.ts', lines: [`// ${'TO'}DO: later`, 'export const one = 1;'] },
  { rule: 'eslint/eqeqeq', path: 'sim/equals.ts', lines: ['export const same = (a: number, b: number) => a == b;'] },
  { rule: 'eslint/no-var', path: 'sim/var.ts', lines: ['export var one = 1;'] },
  {
    rule: 'eslint/prefer-const',
    path: 'sim/const.ts',
    lines: ['export function two() {', '  let one = 1;', '  return one + one;', '}'],
  },
  { rule: 'eslint/no-console', path: 'sim/prints.ts', lines: ["console.log('here');"] },
  { rule: 'eslint/no-unused-vars', path: 'sim/unused.ts', lines: ['const one = 1;', 'export const two = 2;'] },

  // The four floors: an import only goes down.
  { rule: 'eslint/no-restricted-imports', path: 'cells/up-one.ts', lines: ["export * from '../router/contract.ts';"] },
  {
    rule: 'eslint/no-restricted-imports',
    path: 'cells/web/up-two.ts',
    lines: ["export * from '../../sim/world/world.ts';"],
  },
  {
    rule: 'eslint/no-restricted-imports',
    path: 'router/up-one.ts',
    lines: ["import type {} from '../sim/world/world.ts';"],
  },
  { rule: 'eslint/no-restricted-imports', path: 'router/http/up-two.ts', lines: ["import '../../tui/main.ts';"] },
  {
    rule: 'eslint/no-restricted-imports',
    path: 'sim/world/up.ts',
    lines: ["import { main } from '../../tui/main.ts';", 'main();'],
  },
  {
    rule: 'eslint/no-restricted-imports',
    path: 'sim/world/planted.ts',
    lines: ["import { bugs } from '../../fixtures/bugs/index.ts';", 'export const count = bugs.length;'],
  },
  {
    rule: 'eslint/no-restricted-imports',
    path: 'cells/web/planted.ts',
    lines: ["import '../../fixtures/bugs/index.ts';"],
  },
  { rule: 'eslint/no-restricted-imports', path: 'tui/tested.ts', lines: ["import '../test/support/here.ts';"] },

  // Deciding code is pure.
  ...[
    'Date.now()',
    'setTimeout(Number, 1)',
    'setInterval(Number, 1)',
    'setImmediate(Number)',
    'process.pid',
    'performance.now()',
  ].map((expression, n): Violation => ({
    rule: 'eslint/no-restricted-globals',
    path: `router/balance-${n}.ts`,
    lines: [`export const impure = () => ${expression};`],
  })),
  ...['queueMicrotask(() => {})', 'crypto.randomUUID()', "fetch('')", 'console.table'].map(
    (expression, n): Violation => ({
      rule: 'eslint/no-restricted-globals',
      path: `sim/ledger/impure-${n}.ts`,
      lines: [`export const impure = () => ${expression};`],
    }),
  ),
  {
    rule: 'eslint/no-restricted-properties',
    path: 'tui/present/dice.ts',
    lines: ['export const dice = () => Math.random();'],
  },
  {
    rule: 'import/no-nodejs-modules',
    path: deciding,
    lines: ["import { readFileSync } from 'node:fs';", 'readFileSync(0);'],
  },
];

/** What the violating files import, so that only the rule in question is broken. */
export const bystanders: Readonly<Record<string, string>> = {
  'sim/egg.ts': "import { chicken } from './chicken.ts';\nexport const egg = () => chicken;\n",
  'router/contract.ts': 'export const one = 1;\n',
  'sim/world/world.ts': 'export const one = 1;\n',
  'tui/main.ts': 'export function main(): void {}\n',
  'test/support/here.ts': 'export const here = true;\n',
};
