import { spawn } from 'node:child_process';
import { findEngine } from '../../cells/sqs/engine.ts';
import { nextFreePort } from '../../sim/substrate/process/free-ports.ts';
import { inBox, PetriBox } from '../support/petri-box.ts';
import { outsideFaults, playOutside } from './docker-outside.ts';
import { DockerDecoys, killDockerSupervisor } from './docker-supervisor-killed.ts';
import { foreignFaults, openForeign, playForeign } from './foreign.ts';
import { hostileFiles } from './hostile-files.ts';
import { killCell, openArena } from './kill-cell.ts';
import { moveInCalm, moveUnderFire } from './moves.ts';
import { faultsOfContainers, partFaults, playPartFault } from './part-faults.ts';
import { turnsOf, type Proof } from './rounds.ts';
import { catalogue, playScenario } from './scenarios.ts';
import { bugs } from '../../fixtures/bugs/index.ts';
import { bugReplays, sameLog, searchFinds, searchQuiet } from './search.ts';
import { Decoys, killSupervisor } from './supervisor-killed.ts';
import { moveInVirtualTime } from './virtual-moves.ts';

/** How often each part and each fault has its turn. */
const partRounds = { process: 10, docker: 3 };

export interface Place {
  /** `auto`, `redis`, `embedded`. */
  readonly engine: string;
  /** `process`, `docker`. */
  readonly on: string;
}

/** Every proof, on one engine and one substrate. */
export function proofs(place: Place): readonly Proof[] {
  const onDocker = place.on === 'docker';
  const faults = onDocker ? [...partFaults, ...faultsOfContainers] : partFaults;
  return [
    {
      name: 'kill-cell',
      claim: 'petri kill b under 200 requests/s: only tenants of b are hit, nothing acknowledged is lost',
      full: onDocker ? 10 : 20,
      run: (rounds, tell) =>
        inArena(place, async (arena) => {
          for (const _ of rounds) tell(await killCell(arena, 'petri'));
        }),
    },
    {
      name: 'kill-cell-outside',
      claim: 'all processes of b SIGKILLed by pid: noticed, judged the same, and b comes back by itself',
      full: onDocker ? 10 : 20,
      run: (rounds, tell) =>
        inArena(place, async (arena) => {
          for (const _ of rounds) tell(await killCell(arena, 'outside'));
        }),
    },
    {
      name: 'part-faults',
      claim: 'each part and each kind of fault alone: what the dependency table predicts happens',
      full: partRounds[onDocker ? 'docker' : 'process'] * faults.length,
      run: (rounds, tell) =>
        inArena(place, async (arena) => {
          for (const round of rounds) tell(await playPartFault(arena, faults[round % faults.length]!));
        }),
    },
    {
      name: 'moves',
      claim:
        'a tenant moves under load while parts are killed, paused and cut off: it ends in one home, and nothing is lost',
      full: onDocker ? 20 : 50,
      run: (rounds, tell) =>
        inArena(place, async (arena) => {
          for (const round of rounds) tell(await moveUnderFire(arena, round, Math.random()));
        }),
    },
    {
      name: 'calm-moves',
      claim: 'a tenant moves under load and nothing is hurt: for 500 ms at most at p95 it is refused its writes',
      full: onDocker ? 20 : 50,
      run: (rounds, tell) =>
        inArena(place, async (arena) => {
          const blockedMs: number[] = [];
          for (const round of rounds) tell(await moveInCalm(arena, round, blockedMs));
        }),
    },
    foreignProof(place),
    scenariosProof(place),
    bugReplays(
      bugs.map(({ name }) => name),
      place.on,
    ),
    ...(onDocker
      ? onDockerOnly(place)
      : [
          supervisorKilled,
          virtualMoves,
          searchQuiet,
          searchFinds(bugs.map(({ name }) => name)),
          sameLog,
          hostileFiles,
        ]),
  ];
}

/** Each scenario of the catalogue, with its fix and without. */
function scenariosProof({ on }: Place): Proof {
  return {
    name: 'scenarios',
    claim: 'each failure of the catalogue holds with its fix and is violated without it',
    full: catalogue.length,
    async run(rounds, tell) {
      await inBox(async (box) => {
        for (const { name, off } of turnsOf(catalogue, rounds)) tell(await playScenario(box, on, name, off));
      });
    },
  };
}

/** One world of each fixture. */
function foreignProof({ on }: Place): Proof {
  const worlds = ['notes', 'shop'] as const;
  const faults = worlds.reduce((sum, world) => sum + foreignFaults[world].length, 0);
  return {
    name: 'foreign',
    claim: 'services that know nothing of Petri: hit as predicted, back again, what was acknowledged is there',
    full: 2 * faults,
    async run(rounds, tell) {
      const twice = worlds.flatMap((world) =>
        foreignFaults[world].flatMap((fault) => [
          { world, fault },
          { world, fault },
        ]),
      );
      for (const world of worlds) {
        const played = turnsOf(twice, rounds).filter((each) => each.world === world);
        if (played.length === 0) continue;
        const box = new PetriBox();
        try {
          const arena = await openForeign(box, world, '--on', on);
          for (const { fault } of played) tell(await playForeign(arena, fault));
        } finally {
          await box.close();
        }
      }
    },
  };
}

async function inArena(
  { engine, on }: Place,
  play: (arena: Awaited<ReturnType<typeof openArena>>) => Promise<void>,
): Promise<void> {
  await inBox(async (box) => {
    await play(await openArena(box, '--on', on, '--engine', engine));
  });
}

/** Each schedule has six moves, of which about three begin: 10,000 in all. */
const virtualMoves: Proof = {
  name: 'virtual-moves',
  claim: 'in virtual time tenants move while parts are killed, paused and cut off at each step: every invariant holds',
  full: 3400,
  async run(rounds, tell) {
    for (const round of rounds) tell(await moveInVirtualTime(round + 1));
  },
};

const supervisorKilled: Proof = {
  name: 'supervisor-killed',
  claim: 'the supervisor SIGKILLed at a random instant: its world is gone in 5 s, the next up serves the old data',
  full: 50,
  async run(rounds, tell) {
    const box = new PetriBox();
    const decoys = new Decoys(20);
    const found = await findEngine();
    if (found.kind === 'redis') {
      const port = String(await nextFreePort(33_000));
      decoys.add(spawn(found.executable, ['--port', port, '--bind', '127.0.0.1', '--save', ''], { stdio: 'ignore' }));
    }
    try {
      for (const round of rounds) {
        const played = await killSupervisor(box, round, Math.random());
        tell({ ...played, problems: [...played.problems, ...decoys.touched()] });
      }
    } finally {
      await box.close();
      decoys.close();
    }
  },
};

function onDockerOnly(place: Place): readonly Proof[] {
  return [
    {
      name: 'docker-outside',
      claim:
        'docker kill, pause, network disconnect and connect of each part of b by hand: noticed, named, judged the same',
      full: 2 * outsideFaults.length,
      run: (rounds, tell) =>
        inArena(place, async (arena) => {
          for (const round of rounds) {
            const fault = outsideFaults[round % outsideFaults.length];
            if (fault) tell(await playOutside(arena, fault));
          }
        }),
    },
    {
      name: 'supervisor-killed',
      claim:
        'the supervisor SIGKILLed at a random instant: its containers are gone in 15 s, the next up serves the old data',
      full: 50,
      async run(rounds, tell) {
        const box = new PetriBox();
        const decoys = await DockerDecoys.make(20);
        try {
          for (const round of rounds) {
            const played = await killDockerSupervisor(box, round, Math.random());
            tell({ ...played, problems: [...played.problems, ...(await decoys.touched())] });
          }
        } finally {
          await box.close();
          await decoys.close();
        }
      },
    },
  ];
}
