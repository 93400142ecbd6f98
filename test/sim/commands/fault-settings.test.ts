import { expect, test } from 'vitest';
import { parseFaultSettings } from '../../../sim/commands/fault-settings.ts';
import { faultKinds } from '../../../sim/faults/catalogue.ts';
import { errorAnswers } from '../../../sim/faults/error-answers.ts';
import { latency } from '../../../sim/faults/latency.ts';

test('what is given is read, what is left out has its default', () => {
  expect(parseFaultSettings(latency, ['latency=1.5s'])).toEqual({ ok: true, value: { latency: 1500, jitter: 50 } });
});

test.each([
  ['share=34%', { ok: true, value: { share: 0.34, status: 500 } }],
  ['share=0%', { ok: false, error: 'share must be from 1% to 100%, not 0%' }],
  ['share=0.3', { ok: false, error: 'share must be a share such as 34%, not "0.3"' }],
])('a share is read as a share: %s', (word, read) => {
  expect(parseFaultSettings(errorAnswers, [word])).toEqual(read);
});

test.each(faultKinds.map((kind) => [kind.kind, kind] as const))('the defaults of %s pass its own checks', (_, kind) => {
  const words = kind.settings.map(({ name, type, default: value }) => {
    if (type === 'share') return `${name}=${Number(value) * 100}%`;
    return `${name}=${value}${type === 'durationMs' ? 'ms' : ''}`;
  });
  expect(parseFaultSettings(kind, words)).toEqual(parseFaultSettings(kind, []));
});
