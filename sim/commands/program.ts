import { Command, CommanderError, type Argument } from 'commander';
import { quote } from '../world/quantities.ts';
import { didYouMean } from '../world/suggest.ts';
import type { CommandContext } from './context.ts';
import { unavailable, usage } from './failure.ts';
import { headingOf, inGroups } from './groups.ts';
import type { CommandEntry } from './command-entry.ts';
import { commands, laterCommands } from './table.ts';

const helpFlags = ['-h', '--help'];

/** Runs one command line, without `node` and the script. Resolves with the exit code; rejects with whatever went wrong. */
export async function runCommandLine(words: readonly string[], context: CommandContext): Promise<number> {
  const argv = withDefaultCommand(words);
  const program = await buildProgram(argv, context);
  try {
    await program.command.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return endOfCommander(error, argv);
    throw error;
  }
  return program.exitCode();
}

/** `petri` and `petri --read-only` mean the UI. An unknown word is answered here: commander would answer with its own exit code. */
function withDefaultCommand(words: readonly string[]): readonly string[] {
  const first = words[0] === 'help' && words[1] !== undefined ? words[1] : words[0];
  if (first === undefined) return ['ui'];
  if (first.startsWith('-')) return [...helpFlags, '--version', '-V'].includes(first) ? words : ['ui', ...words];
  const names = [...new Set(commands.map((entry) => entry.name.split(' ')[0]!)), 'help'];
  if (names.includes(first)) return words;
  if (laterCommands.includes(first)) unavailable(`petri ${first} is not in this version; petri --help lists what is`);
  return usage(`there is no command ${quote(first)}${didYouMean(first, names)}; petri --help lists them`);
}

async function buildProgram(
  argv: readonly string[],
  context: CommandContext,
): Promise<{ readonly command: Command; readonly exitCode: () => number }> {
  let exitCode = 0;
  const program = new Command('petri');
  frame(program, context);
  program
    .description('Grow a small cloud of cells on your laptop. Kill one. See who notices.')
    .usage('[command] [options]')
    .option('-V, --version', 'print the version')
    .addHelpText(
      'after',
      '\nExamples:\n  petri                      the terminal UI on the default world\n  petri up --detach\n  petri kill b\n  petri help kill            more about one command',
    );
  program.addHelpCommand(
    new Command('help').argument('[command]').description('more about one command').helpGroup(headingOf('help')),
  );
  program.action(async () => {
    const { version } = await import('../version.ts');
    context.out(version);
  });
  for (const entry of inGroups(commands)) {
    const command = parentOf(program, entry.name, context).command(entry.name.split(' ').at(-1)!);
    await describe(command, entry, argv, context);
    command.action(async () => {
      const { run } = await entry.load();
      const args = command.processedArgs.flat().filter((word): word is string => typeof word === 'string');
      exitCode = (await run({ args, options: command.opts(), context })) ?? 0;
    });
  }
  return { command: program, exitCode: () => exitCode };
}

async function describe(
  command: Command,
  entry: CommandEntry,
  argv: readonly string[],
  context: CommandContext,
): Promise<void> {
  frame(command, context);
  command.summary(entry.summary).description(entry.summary).helpGroup(headingOf(entry.name));
  for (const argument of entry.args) command.argument(argument);
  for (const [flags, description, repeated] of entry.options) {
    if (repeated) command.option(flags, description, collect, []);
    else command.option(flags, description);
  }
  if (entry.live) command.option('--name <name>', 'which world, where several are up');
  if (entry.json) command.option('--json', 'print JSON');
  command.option('--debug', 'print the stack of an error');
  const wantsHelp = argv.includes(entry.name) && argv.some((word) => word === 'help' || helpFlags.includes(word));
  const more = entry.hasMoreHelp && wantsHelp ? ((await entry.load()).moreHelp?.() ?? '') : '';
  command.addHelpText('after', `\nExamples:\n${entry.examples.map((example) => `  ${example}`).join('\n')}${more}`);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function parentOf(program: Command, name: string, context: CommandContext): Command {
  const [group, leaf] = name.split(' ');
  if (leaf === undefined) return program;
  const found = program.commands.find((command) => command.name() === group);
  if (found) return found;
  const made = program
    .command(group!)
    .helpGroup(headingOf(group!))
    .summary(`place a new one: petri ${group} ${leaf} --help`);
  return frame(made, context).helpCommand(false);
}

/** `<target>` must be there, `[id]` may. */
function argumentTerm(argument: Argument): string {
  const name = argument.name() + (argument.variadic ? '...' : '');
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** Errors come to the front door as exceptions; help goes where results go. */
function frame(command: Command, context: CommandContext): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({
      subcommandTerm: (each) => [each.name(), ...each.registeredArguments.map(argumentTerm)].join(' '),
    })
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.err(text.trimEnd()),
      outputError: () => {},
    });
}

function endOfCommander(error: CommanderError, argv: readonly string[]): number {
  if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return 0;
  if (error.code === 'commander.help')
    return error.exitCode === 0 ? 0 : usage('a command is missing: one of those above');
  const name = commands.map((entry) => entry.name).find((each) => `${argv.join(' ')} `.startsWith(`${each} `));
  const asked = name === undefined ? 'petri' : `petri ${name}`;
  const missing = /^error: missing required argument '(.*)'$/.exec(error.message)?.[1];
  if (missing !== undefined)
    return usage(`${name ?? 'petri'} needs <${missing}>; ${asked} --help shows how it is called`);
  const [sentence = '', hint] = error.message.replace(/^error: /, '').split('\n');
  return usage(
    `${sentence.replace(/\.$/, '')}${hint ? ` ${hint.toLowerCase()}` : ''}; ${asked} --help shows how it is called`,
  );
}
