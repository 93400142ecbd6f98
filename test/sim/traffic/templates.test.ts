import { expect, test } from 'vitest';
import { planSpoken } from '../../../sim/traffic/plan.ts';
import { RowValues } from '../../../sim/traffic/row-values.ts';
import { hasEnded, outcomeOfTemplate, speak, textAt, valueOf, versionAt } from '../../../sim/traffic/templates.ts';
import type { RequestTemplate } from '../../../sim/world/protocol.ts';

const template: RequestTemplate = {
  method: 'PUT',
  path: '/items/{{tenant}}/{{key}}',
  headers: { 'x-shop': 'shop {{ tenant }}' },
  body: '{"text":"{{value}}"}',
  expect: [200, 204],
  value: '/text',
  version: '/meta/version',
  id: null,
  state: null,
  ended: [],
};
const unspoken = { write: null, read: null, submit: null, poll: null };
const answered = (status: number, body = '', headers: Record<string, string> = { 'x-cell-id': 'a' }) => ({
  kind: 'answered' as const,
  status,
  headers,
  body,
});

test('a template is filled everywhere', () => {
  expect(speak(template, { tenant: 't01', key: 's1-r2', value: 'v7' })).toEqual({
    tenant: 't01',
    method: 'PUT',
    path: '/items/t01/s1-r2',
    body: '{"text":"v7"}',
    key: null,
    headers: ['x-shop', 'shop t01', 'content-type', 'application/json'],
  });
});

test.each([
  [200, false, 'ok', false],
  [201, false, 'unknown', true],
  [302, false, 'unknown', true],
  [404, false, 'refused', false],
  [404, true, 'ok', false],
  [429, false, 'refused', true],
  [500, false, 'unknown', true],
  [503, false, 'unknown', true],
] as const)('%i (read: %s) is %s', (status, isRead, outcome, error) => {
  expect(outcomeOfTemplate(template, answered(status), isRead)).toEqual({ outcome, error });
});

test('pointers reach what is there and nothing else', () => {
  const body = '{"text":"v7","meta":{"version":3,"a/b":"x"},"list":[{"id":9}]}';
  expect(textAt(body, '/text')).toBe('v7');
  expect(textAt(body, '/meta/a~1b')).toBe('x');
  expect(textAt(body, '/list/0/id')).toBe('9');
  expect(textAt(body, '/meta')).toBeNull();
  expect(textAt(body, '/constructor/name')).toBeNull();
  expect(textAt('no JSON', '/text')).toBeNull();
  expect(versionAt(body, '/meta/version')).toBe(3);
  expect(versionAt(body, '/text')).toBeNull();
  expect(valueOf(template, answered(200, body))).toBe('v7');
  expect(valueOf({ ...template, value: null }, answered(200, ' plain\n'))).toBe('plain');
  expect(valueOf(template, answered(404, body))).toBeNull();
  const poll = { ...template, state: '/state', ended: ['done', 'failed'] };
  expect(hasEnded(poll, answered(200, '{"state":"failed"}'))).toBe(true);
  expect(hasEnded(poll, answered(200, '{"state":"new"}'))).toBe(false);
});

test('the same seed says the same; a kind without words is not sent', () => {
  const mix = { read: 0.5, write: 0.5, job: 0, xl: 0 };
  const base = { seed: 3, life: 'x' };
  const protocol = { ...unspoken, write: template };
  const plan = () => Array.from({ length: 50 }, (_, k) => planSpoken(base, protocol, mix, 't01', k));
  expect(plan()).toEqual(plan());
  expect(new Set(plan().map((planned) => planned?.op))).toEqual(new Set(['write']));
  expect(new Set(plan().map((planned) => planned?.body)).size).toBe(50);
  expect(planSpoken(base, unspoken, mix, 't01', 1)).toBeNull();
});

test('a row may show the last acknowledged write, one that overlapped it, and one in doubt', () => {
  const row = new RowValues();
  for (const value of ['one', 'two', 'three', 'doubt']) row.sent(value);
  row.acknowledge('one', 0, 10, false);
  expect(row.mayShow('one')).toBe(true);
  expect(row.mayShow(null)).toBe(false);
  row.acknowledge('two', 20, 40, false);
  expect(row.mayShow('one')).toBe(false);
  row.acknowledge('three', 30, 35, false);
  expect(row.mayShow('two') && row.mayShow('three')).toBe(true);
  row.doubt('doubt');
  expect(row.mayShow('doubt')).toBe(true);
  expect(row.settle('doubt')).toBe(true);
  expect(row.mayShow('something else')).toBe(false);
});

test('a write that was refused may not be there; one that is under way may', () => {
  const row = new RowValues();
  row.sent('kept');
  row.acknowledge('kept', 0, 1, false);
  row.sent('refused');
  row.sent('under way');
  row.refused('refused');
  expect(row.mayShow('refused')).toBe(false);
  expect(row.mayShow('under way')).toBe(true);
});
