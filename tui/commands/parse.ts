import { faultKinds } from '../../sim/faults/catalogue.ts';
import type { FaultKind } from '../../sim/faults/fault.ts';
import { parseFaultSettings } from '../../sim/commands/fault-settings.ts';
import { parseDuration } from '../../sim/world/quantities.ts';
import { didYouMean } from '../../sim/world/suggest.ts';
import type { FaultStatus, TenantStatus } from '../../sim/state/status.ts';
import type { PolicyRow, WhyAnswer } from '../../sim/supervisor/contract.ts';
import { call, line, wrong, type Arguments, type CommandSpec, type Parsed } from './call.ts';
import { down, redrive, reset, scale, tenant } from './estate.ts';
import { wordsOf } from './tokens.ts';
import { traffic } from './traffic.ts';

function inject(kind: FaultKind, target: string, args: Arguments): Parsed {
  const settings = parseFaultSettings(kind, args.settings);
  if (!settings.ok) return wrong(settings.error);
  const span = args.flags.get('for');
  const duration = span === undefined ? null : parseDuration(span, faultRange);
  if (duration && !duration.ok) return wrong(`--for ${duration.error}`);
  const fault = {
    kind: kind.kind,
    target,
    settings: settings.value,
    forMs: duration?.value ?? null,
    hold: args.flags.has('hold'),
    by: 'ui',
  };
  return call('fault.inject', fault, `${kind.kind} ${target}`, (result: FaultStatus) =>
    line(`${result.id} ${result.kind} ${result.target}: ${result.seen ?? 'taken'}; what ends it: ${result.endsBy}`),
  );
}

function ofKind(name: string): CommandSpec['parse'] {
  return (args) => {
    const kind = faultKinds.find((each) => each.kind === name);
    const target = args.words[0];
    if (!kind || !target) return wrong(`${name} what? Try: ${name} b`);
    return inject(kind, target, args);
  };
}

function heal(id: string | null): Parsed {
  return call('fault.heal', { id }, id ? `healing ${id}` : 'healing everything', (healed) =>
    line(
      healed.length
        ? `healed ${healed.map((fault) => `${fault.id} ${fault.kind} ${fault.target}`).join(', ')}`
        : 'nothing was open',
    ),
  );
}

const overrides = { pinned: 'is held where it is', quarantined: 'is refused alone' } as const;

function override(asked: 'pinned' | 'quarantined'): CommandSpec['parse'] {
  return ({ words: [tenant, extra], flags }) => {
    if (!tenant) return wrong('Which tenant? Try: quarantine t21');
    const value = flags.has('off') ? null : asked;
    const to = asked === 'pinned' ? extra : flags.get('to');
    if (to && value !== null) return moveTenant(tenant, to, asked === 'pinned' ? 'pin' : 'quarantine');
    return call(
      'tenant.override',
      { tenant, override: value },
      `telling the map about ${tenant}`,
      (result: TenantStatus) => line(`${result.id} ${value ? overrides[value] : 'is routed as any other'}`),
    );
  };
}

function moveTenant(tenant: string, cell: string, as: 'move' | 'pin' | 'quarantine'): Parsed {
  return call(
    'tenant.move',
    { tenant, cell, as },
    `moving ${tenant} to ${cell}`,
    ({ outcome, from, reason, blockedMs }) =>
      line(
        outcome === 'moved'
          ? `${tenant} lives in ${cell} now${blockedMs === null ? '' : `, refused for ${blockedMs} ms`}`
          : `${tenant} stays in ${from}: ${reason}`,
      ),
  );
}

function move({ words: [tenant, cell] }: Arguments): Parsed {
  return tenant && cell ? moveTenant(tenant, cell, 'move') : wrong('move which tenant where? Such as: move t21 c');
}

function empty(how: 'drain' | 'evacuate'): CommandSpec['parse'] {
  return ({ words: [cell], flags }) => {
    if (!cell) return wrong(`${how} which cell? Such as: ${how} b`);
    const asked = flags.has('off') ? 'off' : how;
    return call('cell.empty', { cell, how: asked }, `telling control about ${cell}`, ({ toGo }) =>
      line(asked === 'off' ? `${cell} takes tenants again` : `${toGo} tenants leave ${cell}; the log tells of each`),
    );
  };
}

function policy({ words: [name, value] }: Arguments): Parsed {
  if (name === undefined) {
    return call('policy.list', {}, 'reading the policies', (rows) => ({
      kind: 'lines',
      title: 'POLICIES   : set NAME VALUE',
      lines: rows.map(policyLine),
    }));
  }
  if (value === undefined) return wrong(`set ${name} to what? : set shows them all`);
  return call('policy.set', { name, value }, `setting ${name}`, (row) => line(`${row.name} is ${row.value}`));
}

const policyLine = (row: PolicyRow): string =>
  `${row.name.padEnd(14)} ${row.value.padEnd(12)} ${row.value === row.default ? '' : `(default ${row.default}) `}${row.summary}`;

function why({ words: [subject] }: Arguments): Parsed {
  if (!subject) return wrong('why TENANT, CELL or REQUEST, such as: why t21');
  return call('why', { subject }, `asking why ${subject}`, (answer: WhyAnswer) => ({
    kind: 'lines',
    title: `WHY ${answer.subject}`,
    lines: answer.sentences,
  }));
}

/** As the command line has it. */
const faultRange = { min: 100, max: 3_600_000 };
const hurtFlags = ['--for', '--hold'];

export const commandSpecs: readonly CommandSpec[] = [
  {
    name: 'kill',
    usage: 'kill TARGET [--for 10s] [--hold]',
    words: ['target'],
    flags: hurtFlags,
    changes: true,
    parse: ofKind('kill'),
  },
  {
    name: 'stop',
    usage: 'stop TARGET [--for 10s] [--hold]',
    words: ['target'],
    flags: hurtFlags,
    changes: true,
    parse: ofKind('stop'),
  },
  {
    name: 'pause',
    usage: 'pause TARGET [--for 10s]',
    words: ['target'],
    flags: hurtFlags,
    changes: true,
    parse: ofKind('pause'),
  },
  {
    name: 'partition',
    usage: 'partition TARGET [--for 10s]',
    words: ['target'],
    flags: hurtFlags,
    changes: true,
    parse: ofKind('partition'),
  },
  {
    name: 'fault',
    usage: 'fault KIND TARGET [--for 10s] [key=value]',
    words: ['kind', 'target'],
    flags: hurtFlags,
    changes: true,
    parse(args) {
      const [name, target] = args.words;
      const kind = faultKinds.find((each) => each.kind === name);
      if (!kind)
        return wrong(
          `No such kind of fault${name ? ` as ${name}` : ''}. There are: ${faultKinds.map((each) => each.kind).join(', ')}`,
        );
      return target ? inject(kind, target, args) : wrong(`${kind.kind} what? Such as: ${kind.example}`);
    },
  },
  {
    name: 'heal',
    usage: 'heal [FAULT|TARGET|--all]',
    words: ['fault'],
    flags: ['--all'],
    changes: true,
    parse: ({ words }) => heal(words[0] ?? null),
  },
  {
    name: 'resume',
    usage: 'resume TARGET',
    words: ['target'],
    flags: [],
    changes: true,
    parse: ({ words }) => (words[0] ? heal(words[0]) : wrong('resume what? Such as: resume b')),
  },
  {
    name: 'restart',
    usage: 'restart TARGET',
    words: ['target'],
    flags: [],
    changes: true,
    parse: ({ words: [target] }) =>
      target
        ? call('restart', { target, by: 'ui' }, `restarting ${target}`, ({ addresses }) =>
            line(`serving again: ${addresses.length === 1 ? addresses[0] : `${addresses.length} parts of ${target}`}`),
          )
        : wrong('restart what? Such as: restart b/web/1'),
  },
  {
    name: 'traffic',
    usage: 'traffic [--rps N] [--mix read=70%,write=30%] [--skew N] [--on|--off]',
    words: [],
    flags: ['--rps', '--mix', '--skew', '--on', '--off'],
    changes: true,
    parse: traffic,
  },
  { name: 'set', usage: 'set [POLICY VALUE]', words: ['policy', 'value'], flags: [], changes: true, parse: policy },
  {
    name: 'quarantine',
    usage: 'quarantine TENANT [--off|--to CELL]',
    words: ['tenant'],
    flags: ['--off', '--to'],
    changes: true,
    parse: override('quarantined'),
  },
  {
    name: 'pin',
    usage: 'pin TENANT [CELL] [--off]',
    words: ['tenant', 'cell'],
    flags: ['--off'],
    changes: true,
    parse: override('pinned'),
  },
  { name: 'move', usage: 'move TENANT CELL', words: ['tenant', 'cell'], flags: [], changes: true, parse: move },
  {
    name: 'drain',
    usage: 'drain CELL [--off]',
    words: ['cell'],
    flags: ['--off'],
    changes: true,
    parse: empty('drain'),
  },
  {
    name: 'evacuate',
    usage: 'evacuate CELL [--off]',
    words: ['cell'],
    flags: ['--off'],
    changes: true,
    parse: empty('evacuate'),
  },
  {
    name: 'scale',
    usage: 'scale CELL web|worker|xl N',
    words: ['cell', 'service', 'count'],
    flags: [],
    changes: true,
    parse: scale,
  },
  {
    name: 'tenant',
    usage: 'tenant add ID [--cell C]',
    words: ['word', 'word'],
    flags: ['--cell'],
    changes: true,
    parse: tenant,
  },
  { name: 'redrive', usage: 'redrive CELL', words: ['cell'], flags: [], changes: true, parse: redrive },
  {
    name: 'reset',
    usage: 'reset',
    words: [],
    flags: [],
    changes: true,
    asks: 'Start afresh? Every row and job is forgotten.',
    parse: reset,
  },
  {
    name: 'down',
    usage: 'down',
    words: [],
    flags: [],
    changes: true,
    asks: 'End this world? Its data is kept.',
    parse: down,
  },
  { name: 'why', usage: 'why TENANT|CELL|REQUEST', words: ['subject'], flags: [], changes: false, parse: why },
];

const takesValue = new Set(['for', 'rps', 'mix', 'skew', 'to', 'cell', 'name']);

/** Reads a command line as `petri` would; `petri` itself may be left out. */
export function parseCommand(text: string): Parsed & { readonly spec?: CommandSpec } {
  const [name, ...rest] = wordsOf(text);
  if (name === undefined) return wrong('Type a command; Tab completes it.');
  const names = commandSpecs.map((each) => each.name);
  const spec = commandSpecs.find((each) => each.name === name);
  if (!spec) return wrong(`"${name}" cannot be run here${didYouMean(name, names)}. Here: ${names.join(' ')}`);
  const args = readArguments(rest);
  const problem = tooMuch(spec, args);
  return problem === null ? { ...spec.parse(args), spec } : wrong(problem);
}

/** A slip must not be taken for a command without it. */
function tooMuch(spec: CommandSpec, { words, flags }: Arguments): string | null {
  const known = [...spec.flags, '--name'];
  const strange = [...flags.keys()].find((flag) => !known.includes(`--${flag}`));
  if (strange !== undefined)
    return `${spec.name} takes no --${strange}${didYouMean(`--${strange}`, known)}: ${spec.usage}`;
  const extra = words[spec.words.length];
  return extra === undefined ? null : `${spec.name} does not take "${extra}" as well: ${spec.usage}`;
}

function readArguments(rest: readonly string[]): Arguments {
  const words: string[] = [];
  const flags = new Map<string, string>();
  const settings: string[] = [];
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? '';
    const isSetting = /^[a-zA-Z]+=/u.test(word);
    const flag = /^--([a-zA-Z-]+)(?:=(.*))?$/u.exec(word);
    if (flag) {
      const key = flag[1] ?? '';
      flags.set(key, flag[2] ?? (takesValue.has(key) ? (rest[++index] ?? '') : ''));
    } else if (isSetting) settings.push(word);
    else words.push(word);
  }
  return { words, flags, settings };
}
