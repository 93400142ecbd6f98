import type { Verdict } from './contract.ts';

/** What GitHub shows beside the scenario's file, one workflow command a line. `file`: below the checkout. */
export function annotations(file: string, scenario: string, verdict: Verdict): readonly string[] {
  const of = (level: 'error' | 'warning' | 'notice', text: string) =>
    `::${level} file=${property(file)},title=${property(`petri run ${scenario}`)}::${message(text)}`;
  if (verdict.verdict === 'held') return [of('notice', verdict.headline)];
  const level = verdict.verdict === 'violated' ? 'error' : 'warning';
  const failed = verdict.expectations.filter(({ state }) => state === 'violated' || state === 'unknown');
  return [
    of(level, verdict.headline),
    ...failed.map(({ name, state, expected, measured }) =>
      of(state === 'violated' ? 'error' : 'warning', `${name}: expected ${expected}, measured ${measured}`),
    ),
  ];
}

function message(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
