import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { InvariantVerdict } from '../../../sim/judge/contract.ts';
import { readAssets } from '../../../sim/report/assets.ts';
import { page } from '../../../sim/report/present/page.ts';
import { reported } from '../../support/reported-run.ts';

const assets = readAssets();

/** The page as a reader without a browser has it: what stands between the tags, blanks joined. */
const textOf = (markup: string) =>
  markup
    .replace(/<(style|script)\b[^>]*>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ');

const hostile = '</script><script>alert(1)</script>\u001b[31m';

test('what happened is told from the verdict down to the commands that show it again', () => {
  const text = textOf(page(reported(), assets));
  for (const words of [
    'HELD Cell b was gone for 8.4 s: 4 of 12 tenants were hit, as predicted',
    'Blast radius 33% 4 of 12 tenants hit; 33% predicted',
    'petri kill b --for 8s',
    'a router found cell b down',
    'Cell b 4 tenants; 164 ok, 66 refused, 2 unknown',
    'Cell b 4 hit',
    't05 hit',
    't01 served',
    '✓ held recoverWithin',
    '– skipped same-bytes',
    './petri run runs/one --on process --seed 7',
    './petri replay runs/one',
    '- {at: 10s, fault: kill, target: b, for: 8s}',
  ]) {
    expect(text).toContain(words);
  }
});

test('a violation names request, tenant, cell, epoch, what was expected, what was seen, and the events that led there', () => {
  const run = reported();
  const events = run.events.filter(({ kind }) => kind === 'job.accepted').slice(0, 2);
  const broken: InvariantVerdict = {
    id: 'no-lost-write',
    state: 'violated',
    reason: 'a write was never read again',
    count: 3,
    looked: '40 acknowledged writes',
    violations: [
      {
        request: 'r-1',
        tenant: 't05',
        cell: 'b',
        epoch: 2,
        expected: 'version 4 or a later one',
        seen: 'version 3',
        events,
      },
    ],
  };
  const { judgement } = run.verdict;
  const invariants = judgement.invariants.map((each) => (each.id === broken.id ? broken : each));
  const text = textOf(
    page({ ...run, verdict: { ...run.verdict, verdict: 'violated', judgement: { ...judgement, invariants } } }, assets),
  );
  for (const words of [
    'VIOLATED',
    'no-lost-write violated 3 times: a write was never read again',
    '3 violations, the first 1 of 3',
    'request r-1 tenant t05 cell b epoch 2',
    'Expected version 4 or a later one Seen version 3',
    'job.accepted tenant=t01 job=j-t01-4',
  ]) {
    expect(text).toContain(words);
  }
});

test('a run that proves nothing says why before anything else', () => {
  const run = reported();
  const judgement = { ...run.verdict.judgement, inconclusive: [{ reason: 'the fault was never seen to take' }] };
  const text = textOf(page({ ...run, verdict: { ...run.verdict, verdict: 'inconclusive', judgement } }, assets));
  expect(text).toContain('INCONCLUSIVE');
  expect(text).toContain('Proves nothing: the fault was never seen to take');
});

test('only the four texts in the page may style or run, and it names no address to fetch from', () => {
  const markup = page(reported(), assets);
  const hashOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
  const inPage = (tag: string) =>
    [...markup.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))].map((match) => match[1]!);
  const policy = /content="(default-src [^"]*)"/.exec(markup)![1]!.replaceAll('&#39;', "'");
  const allowed = [...policy.matchAll(/'(sha256-[^']*)'/g)].map((match) => match[1]!);
  expect(allowed.sort()).toEqual([...inPage('style'), ...inPage('script')].map(hashOf).sort());
  expect(policy).toMatch(/^default-src 'none'; /);
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  expect(markup).not.toMatch(/\b(?:src|href|action)="(?!#)/);
  expect(markup).not.toMatch(/\sstyle="/);
});

test('hostile names, commands, files and sentences stand in the page as text', () => {
  const run = reported(hostile);
  const markup = page(
    {
      ...run,
      path: hostile,
      scenario: `name: ${hostile}\n`,
      plan: { ...run.plan, scenario: hostile, done: [{ atMs: 1, command: hostile }] },
      verdict: { ...run.verdict, headline: hostile },
      petri: { ...run.petri, system: hostile },
      metrics: { ...run.metrics, cells: { [hostile]: run.metrics.cells['a']! } },
    },
    assets,
  );
  expect(markup).not.toContain('<script>alert');
  expect(markup).not.toContain('\u001b');
  expect(textOf(markup)).toContain('</script><script>alert(1)</script> hit');
});

test('ten thousand tenants are glyphs, and those who are not well have their names under them', () => {
  const run = reported();
  const many = Array.from({ length: 10_000 }, (_, at) => ({ ...run.digest.tenants[0]!, tenant: `t${at}` }));
  const hit = { ...many[17]!, errors: 2 };
  const markup = page({ ...run, digest: { ...run.digest, tenants: [...many, hit] } }, assets);
  expect(markup).toContain('class="field dense"');
  expect(textOf(markup)).toContain('1 tenant by name t17 error');
});
