import type { Status } from '../state/status.ts';
import { parseDuration, parseNumber, parseShare, quote, type Parsed } from '../world/quantities.ts';
import { didYouMean, orList } from '../world/suggest.ts';
import { metrics, type Metric, type MetricType } from './metrics.ts';
import type { Condition } from './scenario.ts';

const operators = ['<=', '>=', '!=', '<', '>', '='] as const;
const hour = 3_600_000;

/** Reads `b.queue.standard.waiting > 100`, `*.health = serving`, `mood = calm`. `cells`: the ids of the world's, null where they are not known. */
export function parseCondition(text: string, cells: readonly string[] | null): Parsed<Condition> {
  const match = /^\s*([A-Za-z*][\w.*-]*)\s*(<=|>=|!=|<|>|=)\s*(\S+)\s*$/.exec(text);
  if (!match)
    return failure(
      `must be METRIC ${operators.join('|')} VALUE, such as b.queue.standard.waiting > 100, not ${quote(text)}`,
    );
  const [, left = '', operator = '', right = ''] = match;
  const found = findMetric(left, cells);
  if (!found.ok) return found;
  const { metric, cell } = found.value;
  if (metric.type.kind === 'words' && operator !== '=' && operator !== '!=')
    return failure(`can only ask whether ${metric.name} is (=) or is not (!=) a word`);
  const value = parseValue(metric.type, right);
  if (!value.ok) return failure(`asks ${left} for what ${value.error}`);
  return {
    ok: true,
    value: {
      text: text.trim(),
      metric: metric.name,
      cell,
      operator: operator as Condition['operator'],
      value: value.value,
    },
  };
}

/** Whether it is so now; null where it cannot be read. Of `*` it is so where it is so of every cell. */
export function isTrue(condition: Condition, status: Status): boolean | null {
  const metric = metrics.find(({ name }) => name === condition.metric);
  if (!metric) return null;
  if (metric.of === 'world') return compare(metric.read(status), condition);
  const cells = status.cells.filter(({ id }) => condition.cell === '*' || id === condition.cell);
  const answers = cells.map((cell) => compare(metric.read(cell), condition));
  if (answers.length === 0 || answers.includes(null)) return answers.includes(false) ? false : null;
  return answers.every((answer) => answer === true);
}

function findMetric(left: string, cells: readonly string[] | null): Parsed<{ metric: Metric; cell: string | null }> {
  const ofWorld = metrics.find((metric) => metric.of === 'world' && metric.name === left);
  if (ofWorld) return { ok: true, value: { metric: ofWorld, cell: null } };
  const dot = left.indexOf('.');
  const cell = left.slice(0, Math.max(0, dot));
  const metric = metrics.find((each) => each.of === 'cell' && each.name === left.slice(dot + 1));
  if (metric && (cell === '*' || /^[a-z]$/.test(cell))) {
    if (cell === '*' || cells === null || cells.includes(cell)) return { ok: true, value: { metric, cell } };
    return failure(`names the cell ${quote(cell)}, and the cells are ${cells.join(', ')}`);
  }
  const ids = cells ?? ['a', 'b', 'c'];
  const known = metrics.flatMap((each) =>
    each.of === 'world' ? [each.name] : ['*', ...ids].map((id) => `${id}.${each.name}`),
  );
  const meant = didYouMean(left, known);
  if (metrics.some((each) => each.of === 'cell' && each.name === left))
    return failure(`must say of which cell: ${ids[0]}.${left}, or *.${left} for every cell`);
  const names = metrics.map((each) => (each.of === 'world' ? each.name : `CELL.${each.name}`));
  return failure(
    `asks for ${quote(left)}, which is no metric${meant === '' ? `; there are ${names.join(', ')}` : meant}`,
  );
}

function parseValue(type: MetricType, text: string): Parsed<number | string> {
  switch (type.kind) {
    case 'number':
      return parseNumber(text, { min: 0, max: 1e9 });
    case 'duration':
      return parseDuration(text, { min: 0, max: hour });
    case 'share':
      return parseShare(text);
    case 'words':
      if (type.words.includes(text)) return { ok: true, value: text };
      return failure(`must be ${orList(type.words)}, not ${quote(text)}${didYouMean(text, type.words)}`);
  }
}

function compare(seen: number | string | null, { operator, value }: Condition): boolean | null {
  if (seen === null) return null;
  switch (operator) {
    case '<':
      return seen < value;
    case '<=':
      return seen <= value;
    case '>':
      return seen > value;
    case '>=':
      return seen >= value;
    case '=':
      return seen === value;
    case '!=':
      return seen !== value;
  }
}

function failure(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}
