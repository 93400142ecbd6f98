import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultPorts, ResolvedTarget } from '../../../sim/faults/fault.ts';
import type { FaultStatus } from '../../../sim/state/status.ts';
import { FaultRunner } from '../../../sim/supervisor/fault-runner.ts';
import { eventually } from '../../support/until.ts';

type State = Awaited<ReturnType<FaultPorts['partState']>>;

let states: Map<string, State>;
let diskFull: boolean;
let opened: string[];
let runner: FaultRunner;

/** Parts as plain words; links and maps are not touched here. */
const ports = {
  kill: async (address: string) => void states.set(address, 'dead'),
  pause: async (address: string) => void states.set(address, 'paused'),
  resume: async (address: string) => void states.set(address, 'running'),
  startMissing: async (addresses: readonly string[]) => addresses.forEach((address) => states.set(address, 'running')),
  partState: async (address: string) => states.get(address) ?? 'stopped',
  hold: () => {},
  release: () => {},
} as unknown as FaultPorts;

const targets: Record<string, ResolvedTarget> = {
  b: target('b', 'cell', ['b/web/1', 'b/web/2']),
  'b/web/1': target('b/web/1', 'web', ['b/web/1']),
};

function target(text: string, kind: ResolvedTarget['kind'], addresses: readonly string[]): ResolvedTarget {
  return { text, kind, shape: kind === 'cell' ? 'cell' : 'part', cell: 'b', addresses, links: [] };
}

beforeEach(() => {
  states = new Map([
    ['b/web/1', 'running'],
    ['b/web/2', 'running'],
  ]);
  diskFull = false;
  opened = [];
  runner = new FaultRunner({
    on: 'process',
    ports,
    events: { record: () => {} },
    resolve: (text) => targets[text]!,
    affected: () => [],
    ledger: {
      intent: async () => {
        if (diskFull) throw new Error('no space is left on its disk');
      },
      ended: () => {},
    },
    onOpen: ({ id }) => opened.push(id),
    onGone: () => {},
    onLine: () => {},
  });
  runner.start();
});
afterEach(() => runner.stop());

function inject(kind: string, text: string, hold = false): Promise<FaultStatus> {
  return runner.inject({ kind, target: text, settings: {}, forMs: null, hold, by: 'cli' });
}

const openKinds = () => runner.open().map(({ status }) => `${status.kind} ${status.target}`);

test('what cannot be written down first is not done', async () => {
  diskFull = true;
  await expect(inject('kill', 'b')).rejects.toMatchObject({ code: 'unavailable' });
  expect([...states.values()]).toEqual(['running', 'running']);
  expect([runner.list(), opened]).toEqual([[], []]);
  diskFull = false;
  await inject('kill', 'b');
  expect(openKinds()).toEqual(['kill b']);
});

test('what is down already cannot be killed or frozen, and may be held down where nothing holds it', async () => {
  await inject('kill', 'b');
  for (const kind of ['kill', 'pause', 'stop', 'crash-loop']) {
    await expect(inject(kind, 'b/web/1')).rejects.toMatchObject({ code: 'usage' });
  }
  await runner.heal(null);
  states.set('b/web/1', 'dead');
  await expect(inject('kill', 'b/web/1')).rejects.toMatchObject({ code: 'usage' });
  await inject('kill', 'b/web/1', true);
  expect(openKinds()).toEqual(['kill b/web/1']);
});

test.each(['dead', 'running'] as const)('a pause is over once its part is %s, whoever did it', async (state) => {
  await inject('pause', 'b/web/1');
  expect(openKinds()).toEqual(['pause b/web/1']);
  states.set('b/web/1', state);
  await eventually('the pause is over', () => openKinds().length === 0);
});
