import type { ExpectationResult, Verdict } from './contract.ts';

/** One run among those that a JUnit file tells of. */
export interface JunitRun {
  readonly scenario: string;
  readonly seed: number;
  readonly on: string;
  readonly seconds: number;
  readonly verdict: Verdict;
}

/** Runs as JUnit XML: a suite for each run, a case for each expectation and for each invariant. */
export function printJunit(runs: readonly JunitRun[]): string {
  const suites = runs.map(suiteOf);
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="petri">', ...suites, '</testsuites>', ''].join(
    '\n',
  );
}

function suiteOf({ scenario, seed, on, seconds, verdict }: JunitRun): string {
  const name = `${scenario} on ${on}, seed ${seed}`;
  const cases = [
    ...verdict.expectations.map((result) => ({ name: result.name, ...failureOf(result) })),
    ...verdict.judgement.inconclusive.map(({ reason }) => ({ name: 'conclusive', state: 'unknown', text: reason })),
  ];
  const count = (...states: readonly string[]) => cases.filter(({ state }) => states.includes(state)).length;
  const head = `tests="${cases.length}" failures="${count('violated')}" errors="${count('unknown')}" skipped="${count('skipped')}" time="${seconds.toFixed(3)}"`;
  const lines = cases.map(({ name: each, state, text }) => {
    const open = `    <testcase classname="${escape(scenario)}" name="${escape(each)}"`;
    const child = childOf(state, text);
    return child === null ? `${open}/>` : `${open}>${child}</testcase>`;
  });
  return [`  <testsuite name="${escape(name)}" ${head}>`, ...lines, '  </testsuite>'].join('\n');
}

function failureOf({ state, expected, measured }: ExpectationResult): {
  readonly state: string;
  readonly text: string;
} {
  return { state, text: `expected ${expected}, measured ${measured}` };
}

function childOf(state: string, text: string): string | null {
  switch (state) {
    case 'violated':
      return `<failure message="${escape(text)}"/>`;
    case 'unknown':
      return `<error message="${escape(text)}"/>`;
    case 'skipped':
      return `<skipped message="${escape(text)}"/>`;
    default:
      return null;
  }
}

/** What XML cannot hold at all is left out. */
function escape(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
  };
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (character) => named[character] ?? character);
}
