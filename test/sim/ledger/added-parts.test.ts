import { expect, test } from 'vitest';
import { predict } from '../../../sim/ledger/dependency.ts';
import { estate } from './estate.ts';

const ofB = ['b1', 'b2'];
const onLoss = { db: 'refused', mail: 'delayed', cache: 'none' } as const;

const cases: [lost: string, row: string, hit: string[], delayed: string[]][] = [
  ['b/db', 'service-refused', ofB, []],
  ['b/mail', 'service-delayed', [], ofB],
  ['b/cache', 'service-none', [], []],
  ['b/unheard-of', 'service-refused', ofB, []],
  ['b/web/1->b/db', 'service-refused', ofB, []],
  ['b/web/2->b/cache', 'service-none', [], []],
  ['b/worker/1->b/db', 'worker-link', [], ofB],
  ['b/mail->b/db', 'service-delayed', [], ofB],
];

test.each(cases)('losing %s, a part or link that a world file added, is %s', (lost, row, hit, delayed) => {
  const prediction = predict([{ address: lost, loss: 'gone' }], { ...estate(), onLoss });
  expect(prediction.rows).toEqual([{ address: lost, row }]);
  expect([...prediction.hit]).toEqual(hit);
  expect([...prediction.delayed]).toEqual(delayed);
});
