import type { ResolvedTarget } from '../faults/fault.ts';
import { quote, type Parsed } from './quantities.ts';
import { nearest, orList } from './suggest.ts';
import { kindOf } from './address.ts';

/** What there is to name in a world. */
export interface Estate {
  readonly cells: readonly string[];
  /** Addresses of all parts: `a/web/1`, `router/1`, `map`, `links/a`. */
  readonly addresses: readonly string[];
  /** Names of all links: `router->b`, `b/web/1->b/aurora`. */
  readonly links: readonly string[];
  /** The present role of each Aurora instance, by address; one whose role nobody knows is missing. */
  readonly auroraRoles: Readonly<Record<string, 'writer' | 'reader'>>;
}

/**
 * The one grammar of targets:
 *
 *     b                      a cell: all its parts, and the links over its border
 *     b/web   b/web/1   b/*  parts of a cell; `*` stands for any one segment
 *     b/aurora/writer        the instance that has that role now
 *     router/1   map   control   links/b
 *     router->b   b/web/1->b/aurora   b/web->b/aurora   links by name, either side as above
 *
 * The error is a whole sentence, with what was probably meant.
 */
export function resolveTarget(text: string, estate: Estate): Parsed<ResolvedTarget> {
  const typed = text.trim().replace('→', '->');
  if (typed === '')
    return failure('the target is empty: name a cell, a part or a link, such as b, b/web/1 or router->b');
  if (typed.endsWith('-') || typed.endsWith('->'))
    return failure(
      `${quote(text)} ends in the middle of a link: put quotes around it ('router->b'), or the shell takes > for itself`,
    );
  if (typed.includes('->')) return resolveLink(text, typed, estate);
  if (estate.cells.includes(typed) || isWholeCell(typed, estate))
    return resolveCell(text, typed.split('/')[0]!, estate);
  return resolveParts(text, typed, estate);
}

/** Every target that a person may name in full: what suggestions and completion choose from. */
export function targetNames(estate: Estate): readonly string[] {
  const services = new Set(estate.addresses.filter((address) => /\/\d+$/.test(address)).map(parentOf));
  const roles = Object.entries(estate.auroraRoles).map(([address, role]) => `${parentOf(address)}/${role}`);
  return [...estate.cells, ...services, ...estate.addresses, ...roles, ...estate.links];
}

function resolveCell(text: string, cell: string, estate: Estate): Parsed<ResolvedTarget> {
  const addresses = estate.addresses.filter((address) => address.startsWith(`${cell}/`));
  return success({
    text,
    shape: 'cell',
    cell,
    addresses,
    links: linksOverTheBorder(addresses, estate),
    kind: 'cell',
  });
}

function resolveParts(text: string, typed: string, estate: Estate): Parsed<ResolvedTarget> {
  if (typed === '*' || typed === '*/*')
    return failure(`${quote(text)} would be everything: * stands for a part, as in b/web/* or */web/1`);
  const addresses = matchParts(typed, estate);
  if (addresses.length === 0) return failure(nothingNamed('part or cell', text, typed, estate));
  const kinds = new Set(addresses.map(kindOf));
  if (kinds.size > 1)
    return failure(
      `${quote(text)} names parts of several kinds (${[...kinds].join(', ')}): name one kind, or the cell`,
    );
  return success({
    text,
    shape: 'part',
    cell: commonCell(addresses.map((address) => cellOf(address, estate))),
    addresses,
    links: linksOverTheBorder(addresses, estate),
    kind: kindOf(addresses[0]!),
  });
}

function resolveLink(text: string, typed: string, estate: Estate): Parsed<ResolvedTarget> {
  const sides = typed.split('->').map((side) => side.trim());
  if (sides.length !== 2 || sides.includes(''))
    return failure(`${quote(text)} is no link: a link is A->B, such as router->b`);
  const [from, to] = sides as [string, string];
  const links = estate.links.filter((link) => {
    const [left, right] = link.split('->') as [string, string];
    return matchesPattern(from, left) && matchesPattern(to, right);
  });
  if (links.length === 0) return failure(nothingNamed('link', text, `${from}->${to}`, estate));
  const cells = links.map((link) => link.split('->').flatMap((side) => cellOf(side, estate) ?? [])[0] ?? null);
  return success({ text, shape: 'link', cell: commonCell(cells), addresses: [], links, kind: 'link' });
}

/** `b/*` is all of cell b. */
function isWholeCell(typed: string, estate: Estate): boolean {
  return typed.endsWith('/*') && estate.cells.includes(typed.slice(0, -2));
}

function matchParts(typed: string, estate: Estate): readonly string[] {
  const role = /^(.+)\/(writer|reader)$/.exec(typed);
  if (!role) return estate.addresses.filter((address) => matchesPattern(typed, address));
  return estate.addresses.filter(
    (address) => matchesPattern(role[1]!, address) && estate.auroraRoles[address] === role[2],
  );
}

/** A pattern matches an address whose first segments are the pattern's, `*` being any one segment. */
function matchesPattern(pattern: string, address: string): boolean {
  const wanted = pattern.split('/');
  const given = address.split('/');
  return wanted.length <= given.length && wanted.every((segment, at) => segment === '*' || segment === given[at]);
}

/** The links that lead from the given parts to others: those whose one side is wholly theirs and whose other side is not. */
function linksOverTheBorder(addresses: readonly string[], estate: Estate): readonly string[] {
  const own = new Set(addresses);
  const owns = (side: string): boolean => {
    // A link to a cell ends at its load balancer.
    const alb = `${side}/alb`;
    if (estate.cells.includes(side) && estate.addresses.includes(alb)) return own.has(alb);
    const members = estate.addresses.filter((address) => matchesPattern(side, address));
    return members.length > 0 && members.every((address) => own.has(address));
  };
  return estate.links.filter((link) => {
    const [left, right] = link.split('->') as [string, string];
    return owns(left) !== owns(right);
  });
}

function cellOf(address: string, estate: Estate): string | null {
  const segments = address.split('/');
  const name = segments[0] === 'links' ? segments[1] : segments[0];
  return name !== undefined && estate.cells.includes(name) ? name : null;
}

function commonCell(cells: readonly (string | null)[]): string | null {
  return cells.every((cell) => cell === cells[0]) ? (cells[0] ?? null) : null;
}

function parentOf(address: string): string {
  return address.slice(0, address.lastIndexOf('/'));
}

function nothingNamed(what: string, text: string, typed: string, estate: Estate): string {
  const near = nearest(typed, targetNames(estate));
  if (near.length > 0) return `there is no ${what} ${quote(text)} (did you mean ${orList(near)}?)`;
  const cell = typed.split('/')[0]!;
  if (estate.cells.includes(cell)) {
    const own = estate.addresses.filter((one) => one.startsWith(`${cell}/`));
    const kinds = new Set(own.map((one) => one.split('/')[1]));
    return `there is no ${what} ${quote(text)}; cell ${cell} has ${[...kinds].join(', ')}`;
  }
  const outside = estate.addresses.filter((address) => cellOf(address, estate) === null);
  return `there is no ${what} ${quote(text)}; the cells are ${estate.cells.join(', ')}, outside them there are ${outside.join(', ')}`;
}

function success(value: ResolvedTarget): Parsed<ResolvedTarget> {
  return { ok: true, value };
}

function failure(error: string): Parsed<ResolvedTarget> {
  return { ok: false, error };
}
