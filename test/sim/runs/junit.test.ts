import { expect, test } from 'vitest';
import { annotations } from '../../../sim/runs/annotations.ts';
import type { Verdict } from '../../../sim/runs/contract.ts';
import { printJunit } from '../../../sim/runs/junit.ts';
import { recordedRun } from '../../support/recorded-run.ts';

const { judgement } = recordedRun().verdict;
const held: Verdict = {
  format: 1,
  verdict: 'held',
  headline: 'HELD: 100% of it.',
  expectations: [{ name: 'blastRadius', state: 'held', expected: 'at most 34%', measured: '33%' }],
  judgement: { ...judgement, inconclusive: [] },
};
const violated: Verdict = {
  ...held,
  verdict: 'violated',
  headline: 'VIOLATED: errors.outside, a < b & "c".',
  expectations: [
    { name: 'errors.outside', state: 'violated', expected: 'at most 0', measured: '3 <&>\u0000\u001b[31m' },
    { name: 'invariants.recovery', state: 'unknown', expected: 'held', measured: 'unknown' },
    { name: 'invariants.same-bytes', state: 'skipped', expected: 'held', measured: 'skipped' },
  ],
};

test('a suite for each run, a case for each expectation', () => {
  const facts = { scenario: 'kill', seed: 7, on: 'process', seconds: 1.5 };
  const text = printJunit([
    { ...facts, verdict: held },
    { ...facts, verdict: violated },
  ]);
  expect(text).toBe(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="petri">',
      '  <testsuite name="kill on process, seed 7" tests="1" failures="0" errors="0" skipped="0" time="1.500">',
      '    <testcase classname="kill" name="blastRadius"/>',
      '  </testsuite>',
      '  <testsuite name="kill on process, seed 7" tests="3" failures="1" errors="1" skipped="1" time="1.500">',
      '    <testcase classname="kill" name="errors.outside"><failure message="expected at most 0, measured 3 &lt;&amp;&gt;[31m"/></testcase>',
      '    <testcase classname="kill" name="invariants.recovery"><error message="expected held, measured unknown"/></testcase>',
      '    <testcase classname="kill" name="invariants.same-bytes"><skipped message="expected held, measured skipped"/></testcase>',
      '  </testsuite>',
      '</testsuites>',
      '',
    ].join('\n'),
  );
});

test('a run that proves nothing is an error of its own', () => {
  const inconclusive: Verdict = {
    ...held,
    verdict: 'inconclusive',
    judgement: { ...judgement, inconclusive: [{ reason: 'it was interrupted' }] },
  };
  const text = printJunit([{ scenario: 'kill', seed: 7, on: 'docker', seconds: 1, verdict: inconclusive }]);
  expect(text).toContain('name="conclusive"><error message="it was interrupted"/>');
  expect(text).toContain('tests="2" failures="0" errors="1"');
});

test('GitHub is told the verdict, and what was not as expected, beside the file', () => {
  expect(annotations('a,b/kill.yaml', 'kill', held)).toEqual([
    '::notice file=a%2Cb/kill.yaml,title=petri run kill::HELD: 100%25 of it.',
  ]);
  expect(annotations('kill.yaml', 'kill', violated)).toEqual([
    '::error file=kill.yaml,title=petri run kill::VIOLATED: errors.outside, a < b & "c".',
    expect.stringContaining('::error file=kill.yaml,title=petri run kill::errors.outside: expected at most 0'),
    '::warning file=kill.yaml,title=petri run kill::invariants.recovery: expected held, measured unknown',
  ]);
});
