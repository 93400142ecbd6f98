import { expect, test } from 'vitest';
import { fakeSnapshot, type Moment } from '../../support/fake-world.ts';
import { fakeView } from '../../support/fake-view.ts';
import type { Snapshot } from '../../../sim/state/status.ts';
import { glyphSets } from '../../../tui/glyphs.ts';
import { rowsOf, screen } from '../../../tui/present/screen.ts';
import { rowText, rowWidth } from '../../../tui/present/text.ts';
import type { View } from '../../../tui/present/view.ts';

const draw = (snapshot: Snapshot | null, view: View): string[] =>
  rowsOf(screen(snapshot, 'default', view)).map(rowText);

const picture = (lines: readonly string[]): string => `${lines.map((line) => line.trimEnd()).join('\n')}\n`;

for (const size of ['80x24', '120x40', '200x60']) {
  for (const moment of ['calm', 'killed', 'recovery'] as const satisfies Moment[]) {
    test(`the whole screen at ${size}, ${moment}`, async () => {
      const [columns = 0, rows = 0] = size.split('x').map(Number);
      const lines = draw(fakeSnapshot({ moment }), fakeView(columns, rows));
      await expect(picture(lines)).toMatchFileSnapshot(`screens/${size}-${moment}.txt`);
    });
  }
}

test('24 cells on a projector: every cell within two pages, the unwell ones named on the other', () => {
  const snapshot = fakeSnapshot({ cells: 24, moment: 'killed' });
  const last = draw(snapshot, fakeView(80, 24, { pickedCell: 'x' }));
  expect(last.find((line) => line.startsWith('[x]'))).toContain('SERVING');
  expect(last.find((line) => line.includes('page 2 of 2'))).toContain('not serving elsewhere: b');
});

const sizes = [
  [20, 5],
  [39, 9],
  [40, 10],
  [60, 20],
  [79, 23],
  [80, 24],
  [100, 34],
  [119, 33],
  [120, 40],
  [160, 48],
  [200, 60],
  [250, 20],
] as const;

const worlds = [
  { cells: 1, tenantsPerCell: 1 },
  { cells: 3, tenantsPerCell: 20 },
  { cells: 3, tenantsPerCell: 400 },
  { cells: 7, tenantsPerCell: 33 },
  { cells: 24, tenantsPerCell: 20 },
];

const views: Partial<View>[] = [
  {},
  { overlay: { kind: 'help', search: '' }, prompt: { kind: 'search', text: '' } },
  { overlay: { kind: 'blast' }, scroll: 3 },
  { prompt: { kind: 'quit' }, filter: 't2', pickedCell: 'b', pickedPart: 'b/web/1' },
  { connection: { kind: 'lost', forMs: 31_000 }, hidden: true, readOnly: true, heldForMs: 12_000 },
  { glyphs: glyphSets.unicode, prompt: { kind: 'error', text: 'x'.repeat(500) } },
];

test('no picture is higher or wider than the terminal', () => {
  for (const [columns, rows] of sizes) {
    for (const world of worlds) {
      for (const view of views) {
        const snapshot = fakeSnapshot({ ...world, moment: 'killed', leaks: ['t01'] });
        for (const shown of [snapshot, null]) {
          const lines = rowsOf(screen(shown, 'default', fakeView(columns, rows, view)));
          const about = `${columns}x${rows}, ${world.cells} cells of ${world.tenantsPerCell}, ${Object.keys(view).join(' ')}`;
          expect(lines.length, about).toBeLessThanOrEqual(rows);
          for (const line of lines) expect(rowWidth(line), about).toBeLessThanOrEqual(columns);
        }
      }
    }
  }
});

test('a terminal too small for a picture says the sentence', () => {
  const lines = draw(fakeSnapshot({ moment: 'killed' }), fakeView(38, 9));
  expect(lines.map((line) => line.trim()).join(' ')).toContain('CELL b IS DOWN. 20 of 60 tenants cannot work.');
});

test('every leak is named, with the answer that shows it', () => {
  const lines = draw(fakeSnapshot({ moment: 'killed', leaks: ['t03', 't44'] }), fakeView(80, 24));
  expect(lines.find((line) => line.includes('BLAST RADIUS'))).toContain('LEAKED 2');
  expect(lines.find((line) => line.startsWith(' LEAKED'))).toContain('t03 (502), t44 (502)');
});

test('hidden: neither what is expected nor which fault it is can be read anywhere', () => {
  for (const moment of ['calm', 'killed'] as const) {
    const text = draw(fakeSnapshot({ moment }), fakeView(120, 40, { hidden: true })).join('\n');
    expect(text).not.toMatch(/expect(ed)? ?:? \d/u);
    expect(text).not.toContain('kill b');
    expect(text).not.toContain('You killed');
  }
});

test('what cannot be read is ?, never 0', () => {
  const snapshot = fakeSnapshot();
  const unread = { waiting: null, inFlight: null, oldestAgeMs: null, readMs: null, last: null, frozen: false };
  const [first] = snapshot.status.cells;
  if (!first) throw new Error('the world has no cell');
  const cell = {
    ...first,
    traffic: { ...first.traffic, latencyMsP99: null, latencyMsP50: null },
    queues: { standard: unread, xl: unread, deadLetter: { waiting: null } },
  };
  const lines = draw({ ...snapshot, status: { ...snapshot.status, cells: [cell] } }, fakeView(80, 24));
  expect(lines.find((line) => line.includes('p99'))).toMatch(/p99 \?/u);
  expect(lines.find((line) => line.startsWith(' jobs'))).toMatch(/^ jobs *\[? *\]? \?/u);
  expect(lines.find((line) => line.includes('oldest job'))).toContain('oldest job ?');
});

test('the filter leaves only its tenants and lines', () => {
  const lines = draw(fakeSnapshot({ moment: 'killed' }), fakeView(120, 40, { filter: 't21' }));
  const text = lines.join('\n');
  expect(text).toContain('t21');
  expect(text).not.toMatch(/t2[02-9]/u);
});

test('control characters from outside never reach the terminal', () => {
  const snapshot = fakeSnapshot();
  const log = [{ at: snapshot.status.now, text: 'evil \u001b[2J\u001b]0;title\u0007 name\r\nnext', command: null }];
  const text = draw({ ...snapshot, log }, fakeView(80, 24)).join('');
  // oxlint-disable-next-line no-control-regex -- that is what is looked for
  expect(text).not.toMatch(/[\u0000-\u001f]/u);
  expect(text).toContain('evil');
});

/** 300 sequences: every way in, what it would do, every way out. */
const escapes = [
  '\u001b[',
  '\u001b]',
  '\u001bP',
  '\u001b_',
  '\u001b^',
  '\u001bX',
  '\u009b',
  '\u009d',
  '\u001b',
  '\u001b#',
].flatMap((way) =>
  ['2J', '0;owned', '31m', '8;;http://x', '52;c;cm0=', 'c', '?1049h', '6n', '\u202e', '99999;99999H'].flatMap((what) =>
    ['', '\u0007', '\u001b\\'].map((end) => `${way}${what}${end}`),
  ),
);

test.each([
  [80, 24],
  [120, 40],
  [200, 60],
] as const)('300 terminal escapes in whatever comes from outside stay text, at %i x %i', (columns, rows) => {
  expect(escapes).toHaveLength(300);
  for (const [at, escape] of escapes.entries()) {
    const evil = `evil${escape}text`;
    const lines = draw(hostileSnapshot(evil), hostileView(evil, at, columns, rows));
    expect(lines.length).toBeLessThanOrEqual(rows);
    // oxlint-disable-next-line no-control-regex -- that is what is looked for
    expect(lines.join(''), JSON.stringify(escape)).not.toMatch(
      /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u,
    );
    expect(lines.join('\n')).toContain('evil');
  }
});

/** What parts, people and files can put into words of the picture. */
function hostileSnapshot(evil: string): Snapshot {
  const snapshot = fakeSnapshot({ moment: 'killed' });
  const { status } = snapshot;
  const faults = status.faults.map((fault) => ({ ...fault, seen: evil, endsBy: evil, target: evil }));
  const components = status.components.map((part) => ({ ...part, detail: evil }));
  return {
    ...snapshot,
    log: [{ at: status.now, text: evil, command: evil }],
    status: { ...status, name: evil, headline: evil, faults, components },
  };
}

function hostileView(evil: string, at: number, columns: number, rows: number): View {
  const overlays: readonly View['overlay'][] = [
    null,
    { kind: 'sentences', title: evil, lines: [evil, evil] },
    { kind: 'commands' },
    { kind: 'help', search: evil },
    { kind: 'blast' },
  ];
  const prompts: readonly View['prompt'][] = [
    { kind: 'error', text: evil },
    { kind: 'palette', text: evil, candidates: [evil] },
    { kind: 'filter', text: evil },
    { kind: 'confirm', question: evil },
  ];
  return fakeView(columns, rows, {
    overlay: overlays[at % overlays.length]!,
    prompt: prompts[at % prompts.length]!,
    commands: [{ atMs: 0, text: evil, outcome: 'failed', said: evil }],
    nameFlag: ` --name ${evil}`,
    connection: at % 7 === 0 ? { kind: 'connecting', progress: evil } : { kind: 'live' },
  });
}
