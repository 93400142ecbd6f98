import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { laterCommands } from '../../../sim/commands/table.ts';
import { runPetriAll, temporaryStateHome, type PetriRun } from '../../support/petri.ts';

/** Words, exit code, and a part of the one sentence. No world is up. */
const cases: readonly (readonly [string, number, string])[] = [
  ['kil', 64, 'there is no command "kil" (did you mean kill?)'],
  ['elephant', 64, 'there is no command "elephant"; petri --help lists them'],
  ['-x', 64, "unknown option '-x'"],
  ['kill', 64, 'kill needs <target>'],
  ['kill a b', 64, "too many arguments for 'kill'"],
  ['kill b --fro 3s', 64, "unknown option '--fro' (did you mean --for?)"],
  ['kill b --for', 64, "option '--for <duration>' argument missing"],
  ['kill b --for 3', 64, '--for must be a duration such as 30s, 250ms or 2m, not "3"'],
  ['kill b --for 2h', 64, '--for must be from 100ms to 1h, not 2h'],
  ['kill b', 69, 'no world is up; petri up grows one'],
  ['status', 69, 'no world is up; petri up grows one'],
  ['status --name x', 69, 'there is no world x up (no world is up); petri up --name x grows one'],
  ['status --name ../x', 64, '"../x" is not a name for a world'],
  ['status now', 64, "too many arguments for 'status'"],
  ['up --on swarm', 69, '--on swarm is not in this version'],
  ['up --on mars', 64, '--on must be process, docker or virtual, not "mars"'],
  ['up --cells 0', 64, '--cells must be a whole number from 1 to 24, not "0"'],
  ['up --cells three', 64, '--cells must be a whole number from 1 to 24, not "three"'],
  ['up --port 80', 64, '--port must be a whole number from 1024 to 65535, not "80"'],
  ['up --engine rediss', 64, '--engine must be auto, redis or embedded, not "rediss" (did you mean redis?)'],
  ['up --traffic maybe', 64, '--traffic must be on or off, not "maybe"'],
  ['up --routers 9', 64, '--routers must be a whole number from 1 to 8, not "9"'],
  ['up --name Big', 64, '--name must be 1 to 32 small letters'],
  ['up --json', 64, '--json needs --detach'],
  ['up smal', 64, 'there is no world file "smal" (did you mean small?)'],
  ['up none.yaml', 64, 'there is no file none.yaml'],
  ['up fixtures/invalid/no-cells.yaml', 64, 'fixtures/invalid/no-cells.yaml:3:8 cells must be a whole number'],
  ['validate', 64, 'validate needs <file>'],
  ['validate none.yaml', 64, 'there is no file none.yaml'],
  ['validate fixtures', 64, 'fixtures is not a file'],
  ['validate fixtures/invalid/anchor.yaml', 64, 'fixtures/invalid/anchor.yaml:3:8 anchors (&) are not taken'],
  ['run', 64, 'run needs <scenario>'],
  ['run none.yaml', 64, 'there is no scenario file and no recorded run none.yaml'],
  ['run fixtures/worlds/small.yaml', 64, 'fixtures/worlds/small.yaml is a world, not a scenario'],
  [
    'run fixtures/invalid/scenarios/fault-mistyped.yaml',
    64,
    'fixtures/invalid/scenarios/fault-mistyped.yaml:5:21 timeline.0.fault must be a kind of fault, not "partion" (did you mean partition?)',
  ],
  ['run fixtures/scenarios/kill-one-cell.yaml --on mars', 64, '--on must be process, docker or virtual, not "mars"'],
  ['run fixtures/scenarios/kill-one-cell.yaml --set fence', 64, '--set fence must be POLICY=VALUE'],
  ['run fixtures/scenarios/kill-one-cell.yaml --set fence=of', 64, '--set fence=of: fence must be on or off'],
  ['run fixtures/scenarios/kill-one-cell.yaml --repeat 0', 64, '--repeat must be a whole number from 1 to 1000'],
  ['check fixtures', 64, 'fixtures is no recorded run'],
  ['check package.json', 64, 'package.json is no packed run'],
  ['pack nowhere', 64, 'nowhere is no recorded run'],
  ['scenario nowhere', 64, 'there is no scenario file and no recorded run nowhere'],
  ['scenario live', 69, 'no world is up'],
  ['up fixtures/scenarios/kill-one-cell.yaml', 64, 'petri run fixtures/scenarios/kill-one-cell.yaml runs it'],
  ['fault', 64, 'fault needs <kind>'],
  ['fault latncy b', 64, 'there is no fault "latncy" (did you mean latency?)'],
  ['fault crash-loop', 64, 'the fault crash-loop needs a target, for example: petri fault crash-loop b/worker/1'],
  ['fault latency b latncy=3ms', 64, 'latency has no setting "latncy" (did you mean latency?)'],
  ['fault latency b latency=3', 64, 'latency must be a duration such as'],
  ['fault latency b latency=1h', 64, 'latency must be from 1ms to 30s, not 1h'],
  ['fault latency b latency=1ms latency=2ms', 64, 'latency is given twice'],
  ['fault latency b fast', 64, '"fast" is not a setting: write latency=value'],
  ['fault kill b hard=1', 64, 'kill has no settings'],
  ['partition b direction=bth', 64, 'direction must be both, to or from, not "bth" (did you mean both?)'],
  ['heal f1 --all', 64, 'give a fault or --all, not both'],
  ['set dispach', 64, 'there is no policy "dispach" (did you mean dispatch?)'],
  ['set dispatch filo', 64, 'dispatch must be fifo or lifo, not "filo" (did you mean fifo?)'],
  ['set bulkhead -- -1', 64, 'bulkhead must be a whole number from 0 to 10000, not "-1"'],
  ['traffic --rps many', 64, '--rps must be a number from 0 to 100000, not "many"'],
  ['traffic --mix read=30%', 64, '--mix must add up to 100%, not 30%'],
  ['traffic --mix reed=100%', 64, '--mix knows read, write, job, xl'],
  ['traffic --mix read=50%,read=50%', 64, '--mix has read twice'],
  ['traffic --skew 4', 64, '--skew must be a number from 0 to 3, not "4"'],
  ['traffic --on --off', 64, 'give --on or --off, not both'],
  ['request t01 FETCH /x', 64, 'the method must be one of GET, PUT'],
  ['request t01 GET x', 64, 'the path must begin with /'],
  ['request t01 PUT /x {', 64, 'the body is not JSON'],
  ['route T01', 64, "a tenant's id is 1 to 63 small letters"],
  ['tenant', 64, 'a command is missing'],
  ['tenant ad x', 64, "unknown command 'ad' (did you mean add?)"],
  ['tenant add -- -x', 64, "a tenant's id is 1 to 63 small letters"],
  ['pin t01 b --off', 64, '--off holds a tenant no longer and moves it nowhere: leave the cell out'],
  ['quarantine t01 --to b --off', 64, 'give --off or --to, not both'],
  ['move T01 b', 64, "a tenant's id is 1 to 63 small letters"],
  ['scale b wb 2', 64, 'the service must be web, worker or xl, not "wb" (did you mean web?)'],
  ['scale b web many', 64, 'the number of tasks must be a whole number from 0 to 16, not "many"'],
  ['events --lines 0', 64, '--lines must be a whole number from 1 to 100000, not "0"'],
  ['down', 69, 'no world is up'],
  ['images', 64, 'images needs <action>'],
  ['images sav x', 64, 'images can be told to pull, save or load, not "sav" (did you mean save?)'],
  ['images pull x.tar', 64, 'petri images pull takes no file: save and load do'],
  ['images save', 64, 'petri images save needs a file: petri images save petri-images.tar'],
  ['images save fixtures', 64, 'fixtures is a folder: name a file in it'],
  ['images save README.md', 64, 'README.md is there already: --force writes it anew'],
  ...laterCommands.map((name) => [name, 69, `petri ${name} is not in this version`] as const),
];

let stateHome: string;
let runs: readonly PetriRun[];

beforeAll(async () => {
  stateHome = temporaryStateHome();
  runs = await runPetriAll(
    cases.map(([words]) => words.split(' ')),
    stateHome,
  );
});
afterAll(() => rmSync(stateHome, { recursive: true, force: true }));

test.each(cases.map((entry, at) => [entry[0], entry, at] as const))('petri %s', (_, [, exitCode, sentence], at) => {
  const { stderr, ...run } = runs[at]!;
  expect(stderr).toContain(sentence);
  expect(run).toMatchObject({ exitCode, signal: null });
  const lines = stderr.trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('petri: '))).toHaveLength(1);
  expect(stderr).not.toMatch(/\n {4}at |node:internal|is a bug of ours/);
});
