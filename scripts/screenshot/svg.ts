import type { IBufferCell, Terminal } from '@xterm/headless';

const cellWidth = 8.4;
const cellHeight = 17;
const margin = 12;
const background = '#16181d';
const foreground = '#e6e6e6';

/** The sixteen named colours, as a dark terminal with good contrast has them. */
const named = [
  ...['#16181d', '#ff6b68', '#5fd38d', '#e0c050', '#6aa8ff', '#d58cff', '#4fd0d8', '#d8d8d8'],
  ...['#8a8f98', '#ff6b68', '#7be3a4', '#ffd866', '#8dbdff', '#e3a8ff', '#6fe3ea', '#ffffff'],
];

interface Look {
  readonly ink: string;
  readonly paper: string | null;
  readonly bold: boolean;
}

/** What stands in a terminal as SVG: a grid of monospaced text with its colours. Runs of one look are one element. */
export function svgOf(terminal: Terminal): string {
  const width = Math.ceil(terminal.cols * cellWidth + 2 * margin);
  const height = terminal.rows * cellHeight + 2 * margin;
  const lines = Array.from({ length: terminal.rows }, (_, row) => lineOf(terminal, row)).join('');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="100%" height="100%" rx="8" fill="${background}"/>`,
    `<g font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14">`,
    `${lines}</g></svg>\n`,
  ].join('\n');
}

function lineOf(terminal: Terminal, row: number): string {
  const line = terminal.buffer.active.getLine(terminal.buffer.active.viewportY + row);
  if (!line) return '';
  const runs: { column: number; text: string; look: Look }[] = [];
  for (let column = 0; column < terminal.cols; column++) {
    const cell = line.getCell(column);
    if (!cell || cell.getWidth() === 0) continue;
    const look = lookOf(cell);
    const last = runs.at(-1);
    const text = cell.getChars() || ' ';
    if (last && JSON.stringify(last.look) === JSON.stringify(look)) last.text += text;
    else runs.push({ column, text, look });
  }
  return runs.map((run) => runOf(run.column, row, run.text, run.look)).join('');
}

function runOf(column: number, row: number, text: string, look: Look): string {
  const x = (margin + column * cellWidth).toFixed(1);
  const y = margin + row * cellHeight;
  const length = ([...text].length * cellWidth).toFixed(1);
  const paper = look.paper
    ? `<rect x="${x}" y="${y}" width="${length}" height="${cellHeight}" fill="${look.paper}"/>`
    : '';
  if (text.trim() === '') return paper;
  const weight = look.bold ? ' font-weight="bold"' : '';
  // The length is given, so that the grid holds whatever font draws it.
  const place = `x="${x}" y="${y + 13}" textLength="${length}" lengthAdjust="spacingAndGlyphs"`;
  return `${paper}<text ${place} fill="${look.ink}"${weight}>${escaped(text)}</text>`;
}

function lookOf(cell: IBufferCell): Look {
  const ink = cell.isFgDefault() ? foreground : colourOf(cell.getFgColor(), cell.isFgRGB());
  const paper = cell.isBgDefault() ? null : colourOf(cell.getBgColor(), cell.isBgRGB());
  const bold = cell.isBold() !== 0;
  return cell.isInverse() ? { ink: paper ?? background, paper: ink, bold } : { ink, paper, bold };
}

function colourOf(value: number, isRgb: boolean): string {
  if (isRgb) return `#${value.toString(16).padStart(6, '0')}`;
  const [known] = named.slice(value, value + 1);
  if (known) return known;
  if (value >= 232) return hex(Array.from({ length: 3 }, () => 8 + (value - 232) * 10));
  const cube = value - 16;
  return hex([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((step) => (step ? 55 + step * 40 : 0)));
}

const hex = (parts: readonly number[]): string =>
  `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;

// SVG folds blanks, whatever it is told; those that do not break it leaves alone.
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0');
