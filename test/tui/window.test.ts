import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fakeSupervisor, type FakeSupervisor } from '../support/fake-world-supervisor.ts';
import { bundleForNode, Terminal, type TerminalOptions } from '../support/terminal.ts';

let folder: string;
let program: string;
let world: FakeSupervisor;
let terminal: Terminal;

// Outside node_modules' reach a bundle could not find what is left external, so it stands in the repository's own.
beforeAll(async () => {
  folder = mkdtempSync(join(import.meta.dirname, '../../node_modules/.petri-ui-'));
  program = await bundleForNode('test/support/ui-window.ts', folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let socketFolder: string;
let socket: string;
beforeEach(async () => {
  socketFolder = mkdtempSync(join(tmpdir(), 'petri-ui-'));
  socket = join(socketFolder, 'control.sock');
  world = await fakeSupervisor(socket);
});
afterEach(async () => {
  terminal.end();
  await world.close();
  rmSync(socketFolder, { recursive: true, force: true });
});

function open(flags: readonly string[] = [], options: Partial<TerminalOptions> = {}): Terminal {
  terminal = new Terminal(process.execPath, [program, '--socket', socket, ...flags], {
    columns: 80,
    rows: 24,
    ...options,
  });
  return terminal;
}

const methods = (): string[] => world.calls.map((call) => call.method);

test.each([
  [80, 24],
  [120, 40],
  [200, 60],
])('at %i×%i: the first picture, a kill, the recovery', async (columns, rows) => {
  const screen = open(['--grown'], { columns, rows });
  await screen.untilText('ALL 60 TENANTS ARE SERVED');
  expect(screen.inAlternateScreen).toBe(true);
  expect(screen.lines[0]).toMatch(/^ PETRI/u);
  expect(screen.lines[rows - 1]).toMatch(/q quit$/u);
  screen.type('2');
  await screen.untilText('[b]');
  screen.type('k');
  await screen.untilText('CELL b IS DOWN');
  expect(screen.text.match(/▇▇▇/gu)?.length).toBeGreaterThanOrEqual(18);
  expect(world.calls[0]).toMatchObject({ method: 'fault.inject', args: { kind: 'kill', target: 'b' } });
  screen.type('h');
  await screen.untilText('CATCHING UP');
  expect(methods()).toEqual(['fault.inject', 'fault.heal']);
});

test('help is searched, Esc closes it; @ shows the command and y copies it', async () => {
  const screen = open();
  await screen.untilText('ALL 60 TENANTS');
  screen.type('?');
  await screen.untilText(' KEYS');
  screen.type('quarantine');
  await screen.untilText('KEYS with "quarantine"');
  expect(screen.text).not.toContain('SIGKILL');
  screen.type('\u001b');
  await screen.until('the help is closed', ({ text }) => !text.includes('KEYS with'));
  screen.type('2k');
  await screen.untilText('CELL b IS DOWN');
  screen.type('@');
  await screen.untilText('COMMANDS run here');
  expect(screen.text).toContain('petri kill b');
  screen.type('y');
  await screen.untilText('copied: petri kill b');
  expect(screen.output).toContain(`\u001b]52;c;${Buffer.from('petri kill b').toString('base64')}\u0007`);
});

test('the palette completes and runs a command; an error says what to do', async () => {
  const screen = open();
  await screen.untilText('ALL 60 TENANTS');
  screen.type(':');
  await screen.untilText(' : _');
  screen.type('rest\t');
  await screen.untilText(' : restart ');
  screen.type('b/d\t');
  await screen.untilText('b/dynamodb _');
  screen.type('\r');
  await screen.untilText('serving again: b/dynamodb');
  screen.type(':');
  await screen.untilText(' : _');
  screen.type('kill z');
  await screen.untilText(' : kill z_');
  screen.type('\r');
  await screen.untilText('there is no z');
  expect(methods()).toEqual(['restart', 'fault.inject']);
});

test('the filter leaves one tenant; w says why', async () => {
  const screen = open([], { columns: 120, rows: 40 });
  await screen.untilText('t20');
  screen.type('/t21');
  await screen.untilText('t21 in cell b');
  screen.type('\r');
  await screen.until('other tenants are gone', ({ text }) => text.includes('t21') && !text.includes('t20'));
  screen.type('w');
  await screen.untilText('t21 lives in cell b');
});

test('Space holds the picture while the world goes on', async () => {
  const screen = open();
  await screen.untilText('ALL 60 TENANTS');
  screen.type(' ');
  world.show({ moment: 'killed' });
  await screen.untilText('HELD +3 s');
  expect(screen.text).toContain('ALL 60 TENANTS ARE SERVED');
  screen.type(' ');
  await screen.untilText('CELL b IS DOWN');
});

test('a resize draws the screen anew, without a line left over', async () => {
  const screen = open([], { columns: 120, rows: 40 });
  await screen.untilText('ROUTER');
  screen.resize(80, 24);
  await screen.until('80×24', ({ lines }) => /q quit$/u.test(lines[23] ?? '') && !lines.join('').includes('ROUTER'));
  screen.resize(38, 9);
  await screen.until('the sentence', ({ lines }) => /^== ALL 60 TENANTS/u.test(lines[0] ?? '') && lines[6] === '');
});

test('the supervisor goes: the picture stays and says so; it comes back: so does the picture', async () => {
  const screen = open();
  await screen.untilText('ALL 60 TENANTS');
  await world.close();
  await screen.untilText('NO CONNECTION');
  expect(screen.text).toContain('SERVING');
  world = await fakeSupervisor(socket);
  await screen.untilText('ALL 60 TENANTS ARE SERVED');
});

test.each([
  ['q, then y, ends a world that was grown here', ['--grown'], 'qy', 0, ['down'], 'is ended'],
  ['q, then y, leaves a world that was joined', [], 'qy', 0, [], 'petri down'],
  ['Q leaves a grown world up', ['--grown'], 'Q', 0, [], 'petri down'],
  ['Ctrl-C ends a grown world without a question', ['--grown'], '\u0003', 130, ['down'], 'is ended'],
  ['Ctrl-C leaves a joined world', [], '\u0003', 130, [], 'petri down'],
])('%s', async (_what, flags, keys, code, called, words) => {
  const screen = open(flags);
  await screen.untilText('ALL 60 TENANTS');
  screen.type(keys);
  await screen.until('it has ended', ({ exitCode }) => exitCode !== null);
  expect(screen.exitCode).toBe(code);
  await screen.untilText(words);
  expect(screen.inAlternateScreen).toBe(false);
  expect(screen.output).toContain('\u001b[?25h');
  expect(methods()).toEqual(called);
});

test('SIGTERM gives the terminal back too', async () => {
  const screen = open(['--grown']);
  await screen.untilText('ALL 60 TENANTS');
  screen.signal('SIGTERM');
  await screen.until('it has ended', ({ exitCode }) => exitCode !== null);
  expect({ code: screen.exitCode, alternate: screen.inAlternateScreen, called: methods() }).toEqual({
    code: 143,
    alternate: false,
    called: [],
  });
});

test('read only says so and changes nothing', async () => {
  const screen = open(['--read-only']);
  await screen.untilText('read only');
  screen.type('2k');
  await screen.untilText('kill is off');
  expect(methods()).toEqual([]);
});

test('NO_COLOR: no colour is written, and hit tenants can still be told', async () => {
  const screen = open([], { env: { NO_COLOR: '1', LANG: 'C' } });
  await screen.untilText('ALL 60 TENANTS');
  screen.type('2k');
  await screen.untilText('XXX --- XXX');
  // oxlint-disable-next-line no-control-regex -- these are the colours that must not be there
  expect(screen.output).not.toMatch(/\u001b\[[0-9;]*m/u);
});

test('Ctrl-Z stops it as a shell expects, and fg brings the screen back', async () => {
  terminal = new Terminal('bash', ['--norc', '--noprofile', '-i'], { columns: 80, rows: 24, env: { PS1: 'shell> ' } });
  await terminal.untilText('shell> ');
  terminal.type(`${process.execPath} ${program} --socket ${socket}\r`);
  await terminal.untilText('ALL 60 TENANTS');
  terminal.type('\u001a');
  await terminal.untilText('Stopped');
  expect(terminal.inAlternateScreen).toBe(false);
  terminal.type('fg\r');
  await terminal.until(
    'the screen is back',
    (screen) => screen.inAlternateScreen && screen.text.includes('ALL 60 TENANTS'),
  );
  terminal.type('Q');
  await terminal.untilText('petri down');
});
