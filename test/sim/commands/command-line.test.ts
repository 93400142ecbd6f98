import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../../sim/commands/program.ts';
import { commands } from '../../../sim/commands/table.ts';
import { groups } from '../../../sim/commands/groups.ts';
import { fidelity } from '../../../sim/commands/fidelity.ts';
import { faultKinds } from '../../../sim/faults/catalogue.ts';
import { runPetri, type PetriRun, temporaryStateHome } from '../../support/petri.ts';

const stateHome = temporaryStateHome();
afterAll(() => rmSync(stateHome, { recursive: true, force: true }));
const petri = (line: string) => runPetri(line.split(' '), stateHome);

/** As `petri NAME --help` prints it, without a process for each. */
async function helpOf(name: string): Promise<Pick<PetriRun, 'exitCode' | 'stdout'>> {
  let stdout = '';
  const never = () => Promise.reject(new Error('help does nothing'));
  const exitCode = await runCommandLine([...name.split(' '), '--help'], {
    out: (line) => (stdout += `${line}\n`),
    data: () => {},
    err: () => {},
    inPlace: () => {},
    isTerminal: false,
    colour: false,
    commandLine: `petri ${name} --help`,
    onInterrupt: () => () => {},
    checkTheme: never,
    openUi: never,
    openReplay: never,
  });
  return { exitCode, stdout };
}

describe('help', () => {
  test('lists every command', async () => {
    const { exitCode, stdout } = await petri('--help');
    expect(exitCode).toBe(0);
    for (const { name } of commands) expect(stdout).toMatch(new RegExp(`^  ${name.split(' ')[0]}\\b`, 'm'));
  });

  test('has every command under a heading', () => {
    const listed = groups.flatMap(({ names }) => names);
    for (const { name } of commands) expect(listed).toContain(name.split(' ')[0]);
    expect(new Set(listed).size).toBe(listed.length);
  });

  test('of each command has an example that begins with petri', async () => {
    for (const { name, examples } of commands) {
      const { exitCode, stdout } = await helpOf(name);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/Examples:\n {2}petri/);
      for (const example of examples) expect(stdout).toContain(example);
    }
  });

  test('of fault lists the kinds with their settings, links in quotes', async () => {
    const { stdout } = await petri('fault --help');
    for (const kind of faultKinds) {
      expect(stdout).toContain(kind.summary);
      for (const setting of kind.settings) expect(stdout).toContain(`${setting.name}=`);
    }
    expect(stdout).toContain("petri fault latency 'router->b'");
    expect(stdout).not.toMatch(/ router->b/);
  });

  test('petri help kill is petri kill --help', async () => {
    const [help, flag] = await Promise.all([petri('help kill'), petri('kill --help')]);
    expect(help).toEqual(flag);
  });
});

test('every command that is about a live world takes --name and --json', () => {
  for (const { name, live, json } of commands.filter((entry) => entry.live && entry.name !== 'ui'))
    expect([name, live, json]).toEqual([name, true, true]);
});

describe('without a world', () => {
  test('down --all is done', async () => {
    expect(await petri('down --all')).toMatchObject({ exitCode: 0, stdout: 'no world is up\n', stderr: '' });
  });

  test('about names the version and the table', async () => {
    expect(await petri('about')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^petri \d+\.\d+\.\d+, on Node/),
    });
    const { stdout } = await petri('about --fidelity --json');
    expect(JSON.parse(stdout)).toMatchObject({ name: 'petri', fidelity });
  });

  test('validate prints what a file comes to', async () => {
    const { stdout } = await petri('validate fixtures/worlds/wide.yaml --json');
    expect(JSON.parse(stdout)).toMatchObject({ valid: true, world: { name: 'wide', cells: 24, tenants: 240 } });
    expect(await petri('validate fixtures/worlds/small.yaml')).toMatchObject({
      exitCode: 0,
      stdout: 'fixtures/worlds/small.yaml is valid: world small, 2 cells, 12 tenants, 20 req/s\n',
    });
  });

  test('validate --json lists the problems with their places', async () => {
    const { exitCode, stdout } = await petri('validate fixtures/invalid/web-none.yaml --json');
    expect(exitCode).toBe(64);
    expect(JSON.parse(stdout)).toEqual({
      valid: false,
      problems: [{ line: 3, column: 13, path: 'cell.web', message: 'must be a whole number from 1 to 16, not 0' }],
    });
  });

  test('doctor ends with what to type', async () => {
    const { exitCode, stdout } = await petri('doctor');
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
      /^This machine can run worlds of up to \d+ cells on processes; missing: nothing; type: petri up( --cells \d)?\.$/,
    );
  });

  test('--debug shows the stack of an error, and nothing else does', async () => {
    const { stderr } = await petri('kill b --for 3 --debug');
    expect(stderr).toMatch(/^petri: --for must be[^\n]*\nFailure: --for must be[^\n]*\n {4}at /);
  });
});

test('a reader that has seen enough ends the command quietly', async () => {
  const main = join(import.meta.dirname, '../../../tui/main.ts');
  const child = spawn('sh', ['-c', '"$0" "$1" about --fidelity | head -n 1', process.execPath, main], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  child.stdout.resume();
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
});
