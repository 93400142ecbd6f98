import { html, type Html, type Shown } from '../html.ts';
import type { ReportedRun } from '../record.ts';
import { plural, span, stateGlyphs } from './words.ts';

const standsOn = { process: 'real processes', docker: 'Docker containers', virtual: 'virtual time' } as const;

/** What a person reads first: the verdict as a word, the sentence, what broke, and which run this is. */
export function head(run: ReportedRun): Html {
  const { plan, petri, verdict } = run;
  const facts: readonly (readonly [string, Shown])[] = [
    ['Scenario', html`<strong>${plan.scenario}</strong>`],
    ['Seed', plan.seed],
    ['World', standsOn[petri.on]],
    ['Length', span((plan.judged.endT - plan.judged.startT) / 1000)],
    ['Started', run.startedAt],
    ['Planted bug', plan.bug],
    ['Queue engine', petri.engine],
    ['Petri', `${petri.version}, Node ${petri.node}, ${petri.system}`],
  ];
  const rows = facts.flatMap(([name, value]) =>
    value === null
      ? []
      : [
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
        ],
  );
  return html`<header class="${verdict.verdict}">
    <p class="kicker">Petri: what happened when the cell was hurt</p>
    <p class="verdict">
      <span class="glyph" aria-hidden="true">${stateGlyphs[verdict.verdict]}</span> ${verdict.verdict.toUpperCase()}
    </p>
    <h1>${withoutVerdict(verdict.headline)}</h1>
    ${broken(run)}
    <dl class="facts">${rows}</dl>
    <nav aria-label="On this page">${navigation(run)}</nav>
  </header>`;
}

function broken({ verdict }: ReportedRun): Html | null {
  const missed = verdict.expectations
    .filter(({ state, name }) => state === 'violated' && !name.startsWith('invariants.'))
    .map(
      ({ name, expected, measured }) =>
        html`<li>
          <a href="#expectations"><code>${name}</code></a
          >: expected ${expected}, measured ${measured}
        </li>`,
    );
  const violated = verdict.judgement.invariants
    .filter(({ state }) => state === 'violated')
    .map(
      ({ id, count, reason }) =>
        html`<li>
          <a href="#${id}"><code>${id}</code></a> violated ${times(count)}${reason === null ? '' : `: ${reason}`}
        </li>`,
    );
  const proofless = verdict.judgement.inconclusive.map(({ reason }) => html`<li>Proves nothing: ${reason}</li>`);
  const all = [...proofless, ...missed, ...violated];
  return all.length === 0
    ? null
    : html`<ul class="broken">
        ${all}
      </ul>`;
}

const times = (count: number): string => (count === 1 ? 'once' : plural(count, 'time'));

function navigation({ verdict }: ReportedRun): Html[] {
  const places = ['Figures', 'Timeline', 'Cells', 'Tenants', 'Expectations', 'Invariants'];
  const shown = verdict.expectations.length > 0 ? places : places.filter((place) => place !== 'Expectations');
  return [...shown, 'Run it again'].map((place) => html`<a href="#${anchorOf(place)}">${place}</a> `);
}

const anchorOf = (place: string): string => (place === 'Run it again' ? 'again' : place.toLowerCase());

/** The sentence begins with the verdict, which stands over it already. */
const withoutVerdict = (headline: string): string => headline.replace(/^(?:HELD|VIOLATED|INCONCLUSIVE): /, '');
