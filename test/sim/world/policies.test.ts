import { describe, expect, test } from 'vitest';
import { defaultCellPolicies } from '../../../cells/policies.ts';
import { defaultRouterPolicies } from '../../../router/contract.ts';
import {
  cellPolicies,
  clientRetry,
  controlPolicies,
  parsePolicy,
  parsePolicyValue,
  policies,
  policyValues,
  printTakes,
  routerPolicies,
  type Policy,
} from '../../../sim/world/policies.ts';

test('the defaults are those that the parts have by themselves', () => {
  const values = policyValues({});
  expect(cellPolicies(values)).toEqual(defaultCellPolicies);
  expect(routerPolicies(values)).toEqual(defaultRouterPolicies);
  expect(clientRetry(values)).toBe('keyed');
  expect(controlPolicies(values)).toEqual({
    ...{ placement: 'least-loaded', admission: true, movesInFlight: 2, evacuateMaxRatio: 0.34 },
  });
});

test('what is set reaches the parts', () => {
  const changed = {
    visibility: '750ms',
    heartbeat: 'off',
    dispatch: 'lifo',
    bulkhead: '0',
    mapFallback: 'refuse',
    clientRetry: 'storm',
    placement: 'random',
    admission: 'off',
    movesInFlight: '5',
    evacuateMax: '50%',
  };
  const values = policyValues(changed);
  expect(cellPolicies(values)).toEqual({
    ...defaultCellPolicies,
    visibilityMs: 750,
    heartbeat: false,
    dispatch: 'lifo',
  });
  expect(routerPolicies(values)).toEqual({ ...defaultRouterPolicies, bulkhead: 0, mapFallback: 'refuse' });
  expect(clientRetry(values)).toBe('storm');
  expect(controlPolicies(values)).toEqual({
    ...{ placement: 'random', admission: false, movesInFlight: 5, evacuateMaxRatio: 0.5 },
  });
});

describe('every policy', () => {
  test.each(policies.map((policy): [string, Policy] => [policy.name, policy]))('%s', (_, policy) => {
    expect(parsePolicyValue(policy, policy.default)).toEqual({ ok: true, value: policy.default });
    expect(parsePolicyValue(policy, 'elephant')).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^must be /),
    });
    expect(printTakes(policy.type)).not.toBe('');
    expect(policy.prevents.length).toBeGreaterThan(0);
    for (const failure of policy.prevents) expect(failure).toMatch(/^F([1-9]|[12]\d|30)$/);
  });
});

test.each([
  ['dispach', 'fifo', 'there is no policy "dispach" (did you mean dispatch?)'],
  ['dispatch', 'filo', 'dispatch must be fifo or lifo, not "filo" (did you mean fifo?)'],
  ['visibility', '20m', 'visibility must be from 500ms to 10m, not 20m'],
  ['maxReceives', '0', 'maxReceives must be a whole number from 1 to 100, not "0"'],
  ['evacuateMax', '120%', 'evacuateMax must be from 0% to 100%, not 120%'],
  ['fence', 'true', 'fence must be on or off, not "true"'],
])('%s %s is refused', (name, value, sentence) => {
  expect(parsePolicy(name, value)).toMatchObject({ ok: false, error: expect.stringContaining(sentence) });
});

test('one spelling for one value', () => {
  expect(parsePolicy('visibility', '1000ms')).toEqual({ ok: true, value: { name: 'visibility', value: '1s' } });
  expect(parsePolicy('evacuateMax', '34.0%')).toEqual({ ok: true, value: { name: 'evacuateMax', value: '34%' } });
});
