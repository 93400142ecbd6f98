import { faultKinds } from '../../sim/faults/catalogue.ts';
import type { Snapshot } from '../../sim/state/status.ts';
import { policies } from '../../sim/world/policies.ts';
import type { CommandSpec } from './call.ts';
import { commandSpecs } from './parse.ts';
import { tokens } from './tokens.ts';

/** What the word under the cursor (the end of the line) could become, best first. */
export function candidates(line: string, snapshot: Snapshot | null): string[] {
  const { words, current } = cut(line);
  const known = /(?:^|[\\/])petri$/u.test(words[0] ?? '') ? words.slice(1) : words;
  const [name, ...before] = known;
  if (name === undefined)
    return startingWith(
      current,
      commandSpecs.map((spec) => spec.name),
    );
  const spec = commandSpecs.find((each) => each.name === name);
  if (!spec) return [];
  if (current.startsWith('-')) return startingWith(current, spec.flags);
  if (before.at(-1) === '--cell') return startingWith(current, snapshot?.status.cells.map((cell) => cell.id) ?? []);
  if (name === 'tenant' && before.length === 0) return startingWith(current, ['add']);
  const place = before.filter((word) => !word.startsWith('-') && !word.includes('=')).length;
  return startingWith(current, [...wordsFor(spec, place, snapshot), ...settingsFor(spec, before)]);
}

/** The line with its last word completed as far as the candidates agree; whole, with a blank, where there is one. */
export function complete(line: string, snapshot: Snapshot | null): string {
  const found = candidates(line, snapshot);
  const first = found[0];
  if (first === undefined) return line;
  const { start } = cut(line);
  const shared = found.reduce((left, right) => sharedStart(left, right));
  const single = found.length === 1 && !first.endsWith('=');
  return line.slice(0, start) + shared + (single ? ' ' : '');
}

function cut(line: string): { words: string[]; current: string; start: number } {
  const all = tokens(line);
  const last = all.at(-1);
  if (!last || /\s$/u.test(line)) return { words: all.map((token) => token.text), current: '', start: line.length };
  return { words: all.slice(0, -1).map((token) => token.text), current: last.text, start: last.start };
}

function wordsFor(spec: CommandSpec, place: number, snapshot: Snapshot | null): string[] {
  const status = snapshot?.status;
  const cells = status?.cells.map((cell) => cell.id) ?? [];
  const tenants = snapshot?.tenants.map((tenant) => tenant.id) ?? [];
  const open = status?.faults.filter((fault) => fault.state !== 'gone') ?? [];
  const wanted = spec.words[place];
  switch (wanted) {
    case 'target':
      return targets(snapshot);
    case 'kind':
      return faultKinds.map((kind) => kind.kind);
    case 'fault':
      return open.flatMap((fault) => [fault.id, fault.target]);
    case 'cell':
      return cells;
    case 'tenant':
      return tenants;
    case 'service':
      return ['web', 'worker', 'xl'];
    case 'subject':
      return [...cells, ...tenants];
    case 'policy':
      return policies.map((policy) => policy.name);
    default:
      return [];
  }
}

function targets(snapshot: Snapshot | null): string[] {
  const status = snapshot?.status;
  if (!status) return [];
  const cells = status.cells.map((cell) => cell.id);
  const parts = status.cells.flatMap((cell) => cell.components.map((part) => part.address));
  const roles = cells.flatMap((cell) => [`${cell}/aurora/writer`, `${cell}/aurora/reader`]);
  const outside = status.components.map((part) => part.address);
  return [...cells, ...parts, ...roles, ...cells.map((cell) => `router->${cell}`), ...outside];
}

function settingsFor(spec: CommandSpec, before: readonly string[]): string[] {
  if (spec.name !== 'fault' || before.length < 2) return [];
  const kind = faultKinds.find((each) => each.kind === before[0]);
  return kind?.settings.map((setting) => `${setting.name}=`) ?? [];
}

const startingWith = (beginning: string, words: readonly string[]): string[] =>
  [...new Set(words)].filter((word) => word.startsWith(beginning));

function sharedStart(left: string, right: string): string {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length++;
  return left.slice(0, length);
}
