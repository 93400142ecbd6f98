import { commands, laterCommands } from './table.ts';

const verbs = [...new Set([...commands.map(({ name }) => name.split(' ')[0]!), ...laterCommands, 'help'])];

/** `petri VERB` or `petri --flag`, where `petri` is a word of its own; and `petri` alone, as an example or after a colon. */
const asCommand = new RegExp(
  String.raw`(?<![\w./\\-])petri(?= (?:(?:${verbs.join('|')})\b|--[a-z]))|(?<=^ +|: )petri(?= {2}|$| \[)`,
  'gm',
);

/** What must be typed to start this very Petri in the folder that it was started in: the launcher says, `petri` where none does. */
export function petriWord(env: Readonly<Record<string, string | undefined>>): string {
  return env['PETRI_WORD'] || 'petri';
}

/** A sentence with its commands as they can be pasted into a terminal: `petri kill b` becomes `./petri kill b` in a clone. */
export function pasteable(text: string, word: string): string {
  return word === 'petri' || !text.includes('petri') ? text : text.replace(asCommand, () => word);
}
