import { expect, test } from 'vitest';
import { cellOf, dependencyTable, predict, type Affected } from '../../../sim/ledger/dependency.ts';
import { estate, partsOf } from './estate.ts';

const everyone = ['a1', 'a2', 'b1', 'b2', 'c1', 'c2'];
const ofB = ['b1', 'b2'];

function gone(addresses: readonly string[]): Affected[] {
  return addresses.map((address) => ({ address, loss: 'gone', role: address === 'b/aurora/2' ? 'reader' : undefined }));
}

const cases: [what: string, lost: string[], hit: string[], delayed: string[]][] = [
  ['a whole cell', partsOf('b'), ofB, ofB],
  ['its load balancer', ['b/alb'], ofB, []],
  ['its links', ['links/b'], ofB, []],
  ['the link to it', ['router->b'], ofB, []],
  ['one of two web tasks', ['b/web/1'], [], []],
  ['both web tasks', ['b/web/1', 'b/web/2'], ofB, []],
  ['one web task each of two cells', ['a/web/1', 'b/web/1'], [], []],
  ['the Aurora writer', ['b/aurora/1'], ofB, []],
  ['the Aurora reader', ['b/aurora/2'], [], []],
  ['DynamoDB', ['b/dynamodb'], [], []],
  ['a worker', ['b/worker/1'], [], ofB],
  ['an XL worker', ['b/xl/1'], [], ofB],
  ['the queue engine', ['b/sqs'], [], ofB],
  ['the map', ['map'], [], []],
  ['control', ['control'], [], []],
  ['the traffic program', ['traffic'], [], []],
  ['the only router', ['router/1'], everyone, []],
  ['two cells', [...partsOf('a'), ...partsOf('b')], ['a1', 'a2', 'b1', 'b2'], ['a1', 'a2', 'b1', 'b2']],
  ['a link from web to Aurora', ['b/web/1->b/aurora'], ofB, []],
  ['a link from web to DynamoDB', ['b/web/1->b/dynamodb'], [], []],
  ['a link from web to the queue', ['b/web/1->b/sqs'], [], ofB],
  ['a link from a worker to Aurora', ['b/worker/1->b/aurora'], [], ofB],
  ['a link from control', ['control->b/aurora'], [], []],
  ['nothing', [], [], []],
];

test.each(cases)('losing %s', (_what, lost, hit, delayed) => {
  const prediction = predict(gone(lost), estate());
  expect([...prediction.hit].sort()).toEqual(hit);
  expect([...prediction.delayed].sort()).toEqual(delayed);
});

test('one of two routers is nobody, both are all', () => {
  expect(predict(gone(['router/1']), estate(2)).hit.size).toBe(0);
  expect(predict(gone(['router/1', 'router/2']), estate(2)).hit.size).toBe(6);
});

test('a volume of Aurora is both instances', () => {
  const volume = [{ address: 'b/aurora/2', loss: 'silent', role: 'reader', volume: true }] as const;
  const { hit, rows } = predict(volume, estate());
  expect([...hit].sort()).toEqual(ofB);
  expect(rows).toEqual([{ address: 'b/aurora/2', row: 'aurora-volume' }]);
});

test('the more is lost, the more are predicted', () => {
  const all = [...partsOf('a'), ...partsOf('b'), 'router/1', 'map', 'router->c'];
  let before = new Set<string>();
  for (let count = 0; count <= all.length; count++) {
    const { hit } = predict(gone(all.slice(0, count)), estate());
    expect([...before].filter((tenant) => !hit.has(tenant))).toEqual([]);
    before = new Set(hit);
  }
});

test('an address says its cell', () => {
  const addresses = ['b', 'b/web/1', 'links/b', 'router->b', 'control->b/aurora', 'b/web/1->b/sqs', 'router/1', 'map'];
  expect(addresses.map(cellOf)).toEqual(['b', 'b', 'b', 'b', 'b', 'b', null, null]);
});

test('every row says why, in one sentence', () => {
  for (const { because } of Object.values(dependencyTable)) expect(because).toMatch(/^[a-z][^.]{10,}$/);
});
