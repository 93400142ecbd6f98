import { isMap, isPair, isScalar, isSeq, Lexer, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { FileIssue } from './schema-issues.ts';

/** A file may hold so many bytes: no world needs more, and the parser's cost stays bounded. */
export const fileBytesMax = 256 * 1024;
/** Words, marks and line ends together. The library is slow on what is broken everywhere: 7 s for 250 KiB of it. A timeline may be long. */
const tokensMax = { world: 10_000, scenario: 30_000 } as const;
const depthMax = 20;
const problemsMax = 50;

/** What a file ought to be, in a word. */
type Noun = keyof typeof tokensMax;

/** One thing that is wrong, ready to be printed as `file:line:column path sentence`. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

export interface Invalid {
  readonly kind: 'invalid';
  readonly problems: readonly Problem[];
}

/** A file's content as plain data, and where each thing of it stands. */
export interface YamlFile {
  readonly kind: 'data';
  readonly data: unknown;
  /** The keys at its top level. */
  readonly stated: readonly string[];
  /** The line on which the thing at a path stands, from 1. */
  lineOf(path: readonly (string | number)[]): number;
  /** Issues with the data, in the order of the file. */
  problems(issues: readonly FileIssue[]): Invalid;
}

/** Reads plain data from the bytes of a file. Never throws, whatever the bytes are. */
export function parseYamlFile(bytes: Uint8Array, noun: Noun): YamlFile | Invalid {
  if (bytes.length > fileBytesMax)
    return invalid(1, 1, `the file has ${bytes.length} bytes; at most ${fileBytesMax} (256 KiB) are taken`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return invalid(1, 1, 'the file is not UTF-8 text: save it as UTF-8');
  }
  const structural = findStructuralProblems(text, new LineCounter(), noun);
  if (structural.length > 0) return { kind: 'invalid', problems: structural };
  return readDocument(text, noun);
}

function readDocument(text: string, noun: Noun): YamlFile | Invalid {
  const lines = new LineCounter();
  // Keys are compared in `findKeyProblems`: the library's own check is quadratic in the size of a mapping.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: false });
  const place = placer(lines);
  if (document.errors.length > 0) {
    const problems = document.errors.slice(0, 10 * problemsMax).map((error) => ({
      ...place(error.pos[0]),
      path: '',
      message: sentence(error.message),
    }));
    return { kind: 'invalid', problems: firstOfEachPlace(problems).slice(0, problemsMax) };
  }
  const keys = findKeyProblems(document, place);
  if (keys.length > 0) return { kind: 'invalid', problems: keys.slice(0, problemsMax) };
  const data: unknown = document.toJS();
  if (data === null || data === undefined)
    return invalid(1, 1, `the file is empty: a ${noun} file begins with petri: 1`);
  return {
    kind: 'data',
    data,
    stated: typeof data === 'object' && !Array.isArray(data) ? Object.keys(data) : [],
    lineOf: (path) => placeOfIssue(document, { path, message: '', atKey: false }, place).line,
    problems: (issues) => ({ kind: 'invalid', problems: problemsOf(document, issues, place) }),
  };
}

function problemsOf(document: Document, issues: readonly FileIssue[], place: Place): readonly Problem[] {
  const problems = issues.map((issue) => ({
    ...placeOfIssue(document, issue, place),
    path: printPath(issue.path),
    message: issue.message,
  }));
  problems.sort((left, right) => left.line - right.line || left.column - right.column);
  return problems.slice(0, problemsMax);
}

/**
 * What must be refused before the text is composed into a tree: 20,000 anchors cost the library 30 s, deep nesting its stack.
 * The lexer is linear in the size of the text.
 */
function findStructuralProblems(text: string, lines: LineCounter, noun: Noun): readonly Problem[] {
  const problems: Problem[] = [];
  const place = placer(lines);
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  const say = (offset: number, message: string) => {
    if (problems.length < problemsMax) problems.push({ ...place(offset), path: '', message });
  };
  // eslint-disable-next-line no-control-regex
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.exec(text);
  if (control) say(control.index, `a control character (code ${control[0].charCodeAt(0)}) does not belong into a file`);
  if (control) return problems;
  let offset = 0;
  let flowDepth = 0;
  let dashes = 0;
  let colons = 0;
  let scalarNext = false;
  let hasContent = false;
  let tokens = 0;
  for (const token of new Lexer().lex(text)) {
    if (++tokens > tokensMax[noun]) {
      say(offset, `the file holds more than ${tokensMax[noun]} words and marks up to here: no ${noun} needs so many`);
      return problems;
    }
    const isMark = token === '\u0002' || token === '\u0018' || token === '\u001f';
    if (!scalarNext && !isMark) {
      const refused = refusal(token);
      if (refused !== null) say(offset, refused);
      if (token === '---' && hasContent) say(offset, 'a second document begins here: a file holds one');
      if (token === '...') say(offset, 'the end of a document (...) is not taken: a file holds one document');
      if (token === '[' || token === '{') flowDepth++;
      if (token === ']' || token === '}') flowDepth--;
      if (token === '-' || token === '?') dashes++;
      // `a: a: a: …`: each colon is a level of its own until something else begins.
      if (token === ':') colons++;
      if (/^[,[\]{}]$|\n/.test(token)) colons = 0;
      if (token.includes('\n')) dashes = 0;
      if (flowDepth > depthMax || dashes > depthMax || colons > depthMax) {
        say(offset, `nested deeper than ${depthMax} levels`);
        return problems;
      }
    }
    scalarNext = token === '\u001f';
    hasContent ||= scalarNext;
    if (!isMark) offset += token.length;
  }
  return problems;
}

function refusal(token: string): string | null {
  switch (token[0]) {
    case '&':
      return 'anchors (&) are not taken: write the value where it is used';
    case '*':
      return 'aliases (*) are not taken: write the value where it is used';
    case '!':
      return 'tags (!) are not taken: a value is what it looks like';
    case '%':
      return 'directives (%) are not taken';
    default:
      return null;
  }
}

type Place = (offset: number) => { readonly line: number; readonly column: number };

function placer(lines: LineCounter): Place {
  return (offset) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
}

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** Keys that are no plain words, that come twice, or that would reach into JavaScript's own objects; and what is nested too deep. */
function findKeyProblems(document: Document, place: Place): readonly Problem[] {
  const problems: Problem[] = [];
  const open: { readonly node: unknown; readonly path: readonly (string | number)[] }[] = [
    { node: document.contents, path: [] },
  ];
  for (let next = open.pop(); next && problems.length < problemsMax; next = open.pop()) {
    const { node, path } = next;
    const say = (at: unknown, name: readonly (string | number)[], message: string) =>
      problems.push({ ...place(startOf(at) ?? startOf(node) ?? 0), path: printPath(name), message });
    if (path.length > depthMax) say(node, [], `nested deeper than ${depthMax} levels`);
    else if (isSeq(node)) node.items.forEach((item, index) => open.push({ node: item, path: [...path, index] }));
    else if (isMap(node)) {
      const seen = new Set<string>();
      for (const pair of node.items) {
        const key = isPair(pair) && isScalar(pair.key) ? pair.key.value : undefined;
        if (typeof key !== 'string') say(pair.key, [], 'a key must be a plain word');
        else if (key === '<<')
          say(pair.key, [...path, key], 'is a merge key, which is not taken: write the values out');
        else if (forbiddenKeys.has(key)) say(pair.key, [...path, key], 'is not a key that a file may have');
        else if (seen.has(key)) say(pair.key, [...path, key], 'is there twice: keep one of them');
        else open.push({ node: pair.value, path: [...path, key] });
        if (typeof key === 'string') seen.add(key);
      }
    }
  }
  return problems.toSorted((left, right) => left.line - right.line || left.column - right.column);
}

/** Where an issue is: at the wrong value, at the wrong key, or at the nearest thing around a missing one. */
function placeOfIssue(document: Document, issue: FileIssue, place: Place): ReturnType<Place> {
  if (issue.atKey) {
    const parent = issue.path.length === 1 ? document.contents : document.getIn(issue.path.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && item.key.value === issue.path.at(-1))
      : undefined;
    return place(startOf(pair?.key) ?? 0);
  }
  for (let length = issue.path.length; length > 0; length--) {
    const start = startOf(document.getIn(issue.path.slice(0, length), true));
    if (start !== null) return place(start);
  }
  return place(startOf(document.contents) ?? 0);
}

/** One slip makes the library complain several times at one place. */
function firstOfEachPlace(problems: readonly Problem[]): readonly Problem[] {
  const isSamePlace = (left: Problem, right: Problem) => left.line === right.line && left.column === right.column;
  return problems.filter((problem, at) => problems.findIndex((other) => isSamePlace(problem, other)) === at);
}

function startOf(node: unknown): number | null {
  return (node as Node | null | undefined)?.range?.[0] ?? null;
}

function printPath(path: readonly (string | number)[]): string {
  return path.join('.');
}

/** The library's message as one line without its trailing position or full stop. */
function sentence(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return `not YAML: ${line.length > 200 ? `${line.slice(0, 199)}…` : line}`;
}

function invalid(line: number, column: number, message: string): Invalid {
  return { kind: 'invalid', problems: [{ line, column, path: '', message }] };
}
