import { expect, test } from 'vitest';
import { parseFaultSettings } from '../../../sim/commands/fault-settings.ts';
import { faultKinds } from '../../../sim/faults/catalogue.ts';
import { latency } from '../../../sim/faults/latency.ts';

test('what is given is read, what is left out has its default', () => {
  expect(parseFaultSettings(latency, ['latency=1.5s'])).toEqual({ ok: true, value: { latency: 1500, jitter: 50 } });
});

test.each(faultKinds.map((kind) => [kind.kind, kind] as const))('the defaults of %s pass its own checks', (_, kind) => {
  const words = kind.settings.map(
    (setting) => `${setting.name}=${setting.default}${setting.type === 'durationMs' ? 'ms' : ''}`,
  );
  expect(parseFaultSettings(kind, words)).toEqual(parseFaultSettings(kind, []));
});
