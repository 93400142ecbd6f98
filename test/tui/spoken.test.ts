import { expect, test } from 'vitest';
import { fakeSnapshot } from '../support/fake-world.ts';
import { spoken } from '../../tui/spoken.ts';

test('every command in a snapshot begins as it must be typed in a clone', () => {
  const said = JSON.stringify(spoken(fakeSnapshot({ moment: 'killed' }), './petri'));
  expect(said).toContain('./petri heal');
  expect(said).not.toMatch(/[^./]petri (?:kill|heal)/u);
});
