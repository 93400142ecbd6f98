import { expect, test } from 'vitest';
import { pasteable } from '../../../sim/commands/petri-word.ts';

test.each([
  ['no world is up; petri up grows one', 'no world is up; ./petri up grows one'],
  ["petri fault latency 'router->b' --for 10s", "./petri fault latency 'router->b' --for 10s"],
  ['  petri                      the terminal UI', '  ./petri                      the terminal UI'],
  [
    'Back: petri --name lab   End it: petri down --name lab',
    'Back: ./petri --name lab   End it: ./petri down --name lab',
  ],
  ['Back: petri   End it: petri down', 'Back: ./petri   End it: ./petri down'],
  ['(petri kill b)', '(./petri kill b)'],
])('%s', (text, said) => {
  expect(pasteable(text, './petri')).toBe(said);
  expect(pasteable(text, 'petri')).toBe(text);
  expect(pasteable(said, './petri')).toBe(said);
});

test.each([
  'petri: no world is up',
  'petri 0.1.0, on Node 24',
  'PETRI default',
  '/x/petri up',
  'petri  real processes',
])('%s is no command', (text) => expect(pasteable(text, './petri')).toBe(text));
