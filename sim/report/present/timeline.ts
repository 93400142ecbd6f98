import { html, type Html } from '../html.ts';
import type { FaultSpan } from '../digest.ts';
import type { ReportedRun } from '../record.ts';
import { clockOf, tickWords, type Clock } from './clock.ts';
import { historyBars } from './history.ts';
import { section, table } from './section.ts';
import { moment, plural, span } from './words.ts';

const faultLanesMax = 60;
/** A number over a tick needs so much of the width. */
const numberShare = 0.02;

/** What was done and what broke, over one clock: faults, actions, and each cell's answers second by second. */
export function timeline(run: ReportedRun): Html {
  const { plan, digest, metrics } = run;
  const clock = clockOf((plan.judged.endT - plan.judged.startT) / 1000);
  const faults = digest.faults.slice(0, faultLanesMax);
  const shades = digest.faults.map((fault) => shade(clock, fault, 'shade'));
  const left = digest.faults.length - faults.length;
  const lanes = [
    lane('', axis(clock), 'axis'),
    ...faults.map((fault) => lane(`${fault.what} ${fault.target}`, [grid(clock), ...faultBar(clock, fault)], 'fault')),
    ...(plan.done.length > 0 ? [lane('done', [grid(clock), ...doneTicks(run, clock)], 'done')] : []),
    ...Object.entries(metrics.cells).map(([cell, series]) =>
      lane(
        `cell ${cell}`,
        [grid(clock), ...shades, ...historyBars(clock, series, metrics.everyMs), ...downBars(run, clock, cell)],
        'cell',
      ),
    ),
  ];
  return section(
    'timeline',
    'Timeline',
    html`<div class="lanes">${lanes}</div>`,
    key(),
    left > 0 ? html`<p class="note">${plural(left, 'more fault')}: the first ${faultLanesMax} are drawn.</p>` : null,
    story(run),
  );
}

/** What the marks of the lanes stand for. */
function key(): Html {
  const items = [
    [html`<rect class="fine" y="9" width="100%" height="5" />`, 'every answer ok'],
    [html`<rect class="poor" y="1" width="100%" height="13" />`, 'some refused or failed: the taller, the more'],
    [html`<rect class="shade" width="100%" height="100%" />`, 'a fault is open'],
    [html`<line class="healed" x1="50%" x2="50%" y2="100%" />`, 'everything was healed'],
  ] as const;
  const shown = items.map(
    ([drawn, words]) => html`<li><svg class="swatch" aria-hidden="true">${drawn}</svg> ${words}</li>`,
  );
  return html`<ul class="key">
    ${shown}
  </ul>`;
}

function lane(name: string, drawn: readonly Html[], kind: string): Html {
  return html`<div class="lane ${kind}">
    <span class="name">${name}</span><svg role="img" aria-label="${name === '' ? 'seconds' : name}">${drawn}</svg>
  </div>`;
}

function axis(clock: Clock): Html[] {
  return clock.ticks.map((ms) => html`<text x="${clock.at(ms)}" y="13">${tickWords(ms)}</text>`);
}

function grid(clock: Clock): Html {
  return html`${clock.ticks.map((ms) => html`<line class="tick" x1="${clock.at(ms)}" x2="${clock.at(ms)}" y2="100%" />`)}`;
}

function shade(clock: Clock, { injectedMs, goneMs }: FaultSpan, kind: string): Html {
  const endMs = goneMs ?? clock.endMs;
  return html`<rect
    class="${kind}"
    x="${clock.at(injectedMs)}"
    width="${clock.width(injectedMs, endMs)}"
    height="100%"
  />`;
}

/** From intent to proof thin, proven and open thick, healing thin again. */
function faultBar(clock: Clock, fault: FaultSpan): Html[] {
  const { injectedMs, seenMs, healedMs, goneMs } = fault;
  const endMs = goneMs ?? clock.endMs;
  const openMs = seenMs ?? endMs;
  const thickEndMs = healedMs ?? endMs;
  const words = faultWords(fault);
  const middle = (injectedMs + endMs) / 2;
  const place =
    middle < clock.endMs / 2 ? { x: clock.at(endMs), side: 'after' } : { x: clock.at(injectedMs), side: 'before' };
  return [
    html`<rect class="wait" x="${clock.at(injectedMs)}" y="9" width="${clock.width(injectedMs, endMs)}" height="4"
      ><title>${words}</title></rect
    >`,
    seenMs === null
      ? html``
      : html`<rect class="open" x="${clock.at(openMs)}" y="4" width="${clock.width(openMs, thickEndMs)}" height="14"
          ><title>${words}</title></rect
        >`,
    html`<text class="${place.side}" x="${place.x}" y="15"
      >${goneMs === null ? 'never seen gone' : span(endMs - injectedMs)}</text
    >`,
  ];
}

function faultWords({ what, target, by, injectedMs, seenMs, seen, healedMs, goneMs }: FaultSpan): string {
  const took = seenMs === null ? 'never seen to take' : `seen ${moment(seenMs)}${seen === null ? '' : ` (${seen})`}`;
  const healed = healedMs === null ? '' : `, healed ${moment(healedMs)}`;
  return `${what} ${target} by ${by}: injected ${moment(injectedMs)}, ${took}${healed}, ${goneMs === null ? 'never seen gone' : `gone ${moment(goneMs)}`}`;
}

function doneTicks({ plan }: ReportedRun, clock: Clock): Html[] {
  let lastMs = -Infinity;
  const healedMs = (plan.judged.healedT - plan.judged.startT) / 1000;
  const ticks = plan.done.map(({ atMs, command }, index) => {
    const hasRoom = atMs - lastMs > clock.endMs * numberShare;
    if (hasRoom) lastMs = atMs;
    const number = hasRoom ? html`<text x="${clock.at(atMs)}" y="10">${index + 1}</text>` : null;
    return html`<g
      ><title>${moment(atMs)} ${command}</title
      ><line class="deed" x1="${clock.at(atMs)}" x2="${clock.at(atMs)}" y1="12" y2="100%" />${number}</g
    >`;
  });
  return [
    ...ticks,
    html`<line class="healed" x1="${clock.at(healedMs)}" x2="${clock.at(healedMs)}" y2="100%"
      ><title>${moment(healedMs)} everything was healed</title></line
    >`,
  ];
}

function downBars({ digest }: ReportedRun, clock: Clock, cell: string): Html[] {
  return digest.down
    .filter((down) => down.cell === cell)
    .map(({ fromMs, toMs }) => {
      const endMs = toMs ?? clock.endMs;
      return html`<g
        ><title>
          a router found cell ${cell} down from ${moment(fromMs)} to ${toMs === null ? 'the end' : moment(toMs)}</title
        ><rect class="down" x="${clock.at(fromMs)}" width="${clock.width(fromMs, endMs)}" height="3" /><text
          class="down"
          x="${clock.at(endMs)}"
          y="10"
          >down ${span(endMs - fromMs)}</text
        ></g
      >`;
    });
}

interface Line {
  readonly atMs: number;
  readonly what: Html;
}

/** The same in words, for who cannot see the picture and for who looks for one moment. */
function story({ plan, digest }: ReportedRun): Html {
  const lines: Line[] = [
    ...plan.done.map(({ atMs, command }, index) => ({ atMs, what: html`<b>${index + 1}</b> <code>${command}</code>` })),
    ...digest.faults.flatMap((fault) => faultLines(fault)),
    ...digest.down.flatMap(({ cell, fromMs, toMs }) => [
      { atMs: fromMs, what: html`a router found cell ${cell} down` },
      ...(toMs === null ? [] : [{ atMs: toMs, what: html`routers found cell ${cell} serving` }]),
    ]),
    ...digest.marks.map(({ atMs, text }) => ({ atMs, what: html`${text}` })),
    { atMs: (plan.judged.healedT - plan.judged.startT) / 1000, what: html`everything was healed` },
  ];
  const rows = lines
    .toSorted((left, right) => left.atMs - right.atMs)
    .map(
      ({ atMs, what }) =>
        html`<tr>
          <td class="number">${moment(atMs)}</td>
          <td>${what}</td>
        </tr>`,
    );
  const left =
    digest.marksLeftOut > 0 ? html`<p class="note">${plural(digest.marksLeftOut, 'more line')} left out.</p>` : null;
  return html`<details${rows.length <= 14 ? html` open` : null}><summary>In words: ${plural(rows.length, 'line')}</summary>${table('story', ['At', 'What happened'], rows)}${left}</details>`;
}

function faultLines({ what, target, by, injectedMs, seenMs, seen, goneMs }: FaultSpan): Line[] {
  const name = html`<code>${what} ${target}</code>`;
  return [
    ...(injectedMs === seenMs ? [] : [{ atMs: injectedMs, what: html`${name} was injected, by ${by}` }]),
    ...(seenMs === null ? [] : [{ atMs: seenMs, what: html`${name} took${seen === null ? '' : `: ${seen}`}` }]),
    ...(goneMs === null ? [] : [{ atMs: goneMs, what: html`${name} was seen gone` }]),
  ];
}
