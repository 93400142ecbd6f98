import { expect, test } from 'vitest';
import { faultKinds } from '../../../sim/faults/catalogue.ts';
import type { ResolvedTarget } from '../../../sim/faults/fault.ts';
import { affectedBy } from '../../../sim/ledger/affected.ts';
import { predict } from '../../../sim/ledger/dependency.ts';
import { estate, partsOf } from './estate.ts';

const cell: ResolvedTarget = {
  ...{ text: 'b', shape: 'cell', cell: 'b', kind: 'cell' },
  addresses: partsOf('b').filter((address) => !address.startsWith('links/')),
  links: ['router->b'],
};

/** Kinds that hurt nobody by themselves, whatever they are done to. */
const harmless = [
  'slow-close',
  'memory-starved',
  'map-stale',
  'map-corrupt',
  'map-down',
  'control-down',
  'clock-skewed',
];
/** Those whose target is a part that no request needs. */
const delaying = ['queue-engine-killed', 'queue-engine-stalled'];

test.each(faultKinds.map(({ kind, targets }) => [kind, targets] as const))(
  '%s is predicted to hit no tenant of another cell, and those of its own only where it can',
  (kind, targets) => {
    const target = targets.includes('cell') ? cell : aimedAt(targets[0] ?? 'cell');
    const { hit } = predict(affectedBy(kind, target, new Map()), estate());
    const hits = !harmless.includes(kind) && !delaying.includes(kind);
    expect([...hit].sort()).toEqual(hits ? ['b1', 'b2'] : []);
  },
);

test.each([
  ['disk-full', 'b/dynamodb', []],
  ['slow-disk', 'b/aurora/2', ['b1', 'b2']],
  ['read-only', 'map', []],
  ['storage-wiped', 'b/sqs', []],
  ['storage-wiped', 'b/aurora/2', ['b1', 'b2']],
  ['error-answers', 'b/alb', ['b1', 'b2']],
])('%s %s', (kind, address, hit) => {
  const target = { ...cell, text: address, addresses: [address], links: [] };
  const roles = new Map([['b/aurora/2', 'reader' as const]]);
  expect([...predict(affectedBy(kind, target, roles), estate()).hit].sort()).toEqual(hit);
});

function aimedAt(kind: ResolvedTarget['kind']): ResolvedTarget {
  const address = ['map', 'control'].includes(kind) ? kind : kind === 'router' ? 'router/1' : `b/${kind}`;
  return { ...cell, text: address, kind, addresses: [address], links: kind === 'link' ? ['router->b'] : [] };
}
