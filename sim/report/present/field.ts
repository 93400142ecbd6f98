import type { RunFacts } from '../../judge/contract.ts';
import type { TenantTally } from '../digest.ts';
import { html, type Html } from '../html.ts';
import type { ReportedRun } from '../record.ts';
import { section } from './section.ts';
import { count, moment, plural } from './words.ts';

/** What became of a tenant; each has a glyph and a word. */
const fates = {
  leaked: { glyph: '▲', word: 'leaked', means: 'hit, and nobody had predicted it' },
  hit: { glyph: '▇', word: 'hit', means: 'had an error while a fault was open' },
  erred: { glyph: '×', word: 'error', means: 'had an error while no fault was open' },
  late: { glyph: '~', word: 'late', means: 'served, once later than a second' },
  quarantined: { glyph: 'Q', word: 'alone', means: 'refused alone, in quarantine' },
  silent: { glyph: '·', word: 'silent', means: 'sent nothing' },
  served: { glyph: 'o', word: 'served', means: 'did not notice' },
} as const;

type Fate = keyof typeof fates;

/** Above so many tenants a mark is its glyph alone, and the names of those who are not well stand under it. */
const namedMax = 240;

/** Who was hit: one mark for each tenant, in the cell where it lived as the run began. */
export function field({ digest, verdict, metrics }: ReportedRun): Html {
  const { blastRadius } = verdict.judgement.facts;
  const all = digest.tenants.map((tally) => ({ ...tally, fate: fateOf(tally, blastRadius) }));
  const isNamed = all.length <= namedMax;
  const homes = new Set([...Object.keys(metrics.cells), ...all.map(({ cell }) => cell)]);
  const blocks = [...homes].map((cell) => {
    const here = all.filter((tenant) => tenant.cell === cell);
    const marks = here.map((tenant) => mark(tenant, isNamed));
    return html`<article class="home">
      <h3>Cell ${cell} <span class="note">${tally(here)}</span></h3>
      <ol class="field${isNamed ? '' : ' dense'}">
        ${marks}
      </ol>
      ${isNamed ? null : unwell(here)}
    </article>`;
  });
  return section('tenants', 'Tenants: who noticed', legend(all), html`<div class="homes">${blocks}</div>`);
}

type Tenant = TenantTally & { readonly fate: Fate };

function fateOf(tally: TenantTally, { hit, leaks }: RunFacts['blastRadius']): Fate {
  if (leaks.includes(tally.tenant)) return 'leaked';
  if (hit.includes(tally.tenant)) return 'hit';
  if (tally.errors > 0) return 'erred';
  if (tally.quarantined) return 'quarantined';
  if (tally.answered === 0) return 'silent';
  return tally.late > 0 ? 'late' : 'served';
}

function mark(tenant: Tenant, isNamed: boolean): Html {
  const { glyph, word } = fates[tenant.fate];
  const name = isNamed
    ? html` <span class="id">${tenant.tenant}</span> <span class="word">${word}</span>`
    : html`<span class="unseen">${tenant.tenant} ${word}</span>`;
  return html`<li class="${tenant.fate}" title="${words(tenant)}">
    <span class="glyph" aria-hidden="true">${glyph}</span>${name}
  </li>`;
}

function words({ tenant, fate, answered, errors, refused, unknown, late, firstErrorMs }: Tenant): string {
  const first = firstErrorMs === null ? '' : `; first error at ${moment(firstErrorMs)}`;
  return `${tenant}: ${fates[fate].means}. ${plural(answered, 'answer')}, ${plural(errors, 'error')} (${count(refused)} refused, ${count(unknown)} unknown), ${count(late)} late${first}`;
}

/** `17 served, 3 hit`. */
function tally(tenants: readonly Tenant[]): string {
  const kinds = Object.keys(fates) as Fate[];
  const shown = kinds.flatMap((fate) => {
    const number = tenants.filter((tenant) => tenant.fate === fate).length;
    return number === 0 ? [] : [`${count(number)} ${fates[fate].word}`];
  });
  return shown.length === 0 ? 'nobody lives here' : shown.join(', ');
}

function unwell(tenants: readonly Tenant[]): Html | null {
  const named = tenants.filter(({ fate }) => fate !== 'served' && fate !== 'silent');
  if (named.length === 0) return null;
  return html`<details>
    <summary>${plural(named.length, 'tenant')} by name</summary>
    <p>${named.map(({ tenant, fate }) => html`${tenant} <span class="note">${fates[fate].word}</span> `)}</p>
  </details>`;
}

function legend(all: readonly Tenant[]): Html {
  const kinds = (Object.keys(fates) as Fate[]).filter((fate) => all.some((tenant) => tenant.fate === fate));
  const items = kinds.map(
    (fate) =>
      html`<li class="${fate}">
        <span class="glyph" aria-hidden="true">${fates[fate].glyph}</span>
        <b>${fates[fate].word}</b> ${fates[fate].means}
      </li>`,
  );
  return html`<ul class="legend">
    ${items}
  </ul>`;
}
