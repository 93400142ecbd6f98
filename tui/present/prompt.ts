import type { Snapshot } from '../../sim/state/status.ts';
import { count } from './figures.ts';
import { clipText, fitRow, span, textWidth, type Row } from './text.ts';
import { filteredTenant, matches, type Prompt, type View } from './view.ts';

/** The row over the keys: a question, what is being typed, what is being done. */
export function prompt(snapshot: Snapshot | null, view: View, asked: Prompt): Row {
  return fitRow(words(snapshot, view, asked), view.columns);
}

function words(snapshot: Snapshot | null, view: View, asked: Prompt): Row {
  switch (asked.kind) {
    case 'palette':
      return typed(':', asked.text, view, asked.candidates.join('  '));
    case 'filter':
      return typed('/', asked.text, view, found(snapshot, asked.text));
    case 'search':
      return typed('?', asked.text, view, 'type to search the keys; Esc closes');
    case 'quit':
      return view.grown
        ? [
            span(' End this world? ', 'bad'),
            span('y', 'key'),
            span(' ends it   '),
            span('n', 'key'),
            span(' goes back   '),
            span('Q', 'key'),
            span(' leaves it up'),
          ]
        : [
            span(' Leave? ', 'title'),
            span(view.connection.kind === 'lost' ? 'Nobody answers.  ' : 'The world stays up.  '),
            span('y', 'key'),
            span(' leaves   '),
            span('n', 'key'),
            span(' goes back'),
          ];
    case 'confirm':
      return [
        span(` ${asked.question} `, 'bad'),
        span('y', 'key'),
        span(' does it   '),
        span('n', 'key'),
        span(' goes back'),
      ];
    case 'busy':
      return [span(' ... ', 'late'), span(asked.text)];
    case 'done':
      return [span(' ok  ', 'good'), span(asked.text)];
    case 'error':
      return [span(' !!  ', 'bad'), span(asked.text, 'bad')];
  }
}

/** What a filter finds; of a single tenant, where it lives and how it fares. */
function found(snapshot: Snapshot | null, filter: string): string {
  if (!snapshot || filter.trim() === '') return 'a tenant, or a word of the log; Enter keeps it, Esc shows all';
  const one = filteredTenant(snapshot, filter.trim());
  const tenant = snapshot.tenants.find((each) => each.id === one);
  if (tenant) return `${tenant.id} in cell ${tenant.cell}, ${tenant.state}.  Enter, then w why, Z quarantine`;
  const tenants = snapshot.tenants.filter((each) => matches(filter.trim(), each.id)).length;
  const lines = snapshot.log.filter((line) => matches(filter.trim(), line.text)).length;
  return `${count(tenants)} tenants, ${count(lines)} lines of the log`;
}

/** The end of what is typed stays visible. */
function typed(sign: string, text: string, view: View, aside: string): Row {
  const room = view.columns - 6;
  const characters = [...text];
  while (textWidth(characters.join('')) > room) characters.shift();
  const left = room - textWidth(characters.join('')) - 3;
  return [
    span(` ${sign} `, 'key'),
    span(characters.join('')),
    span('_', 'picked'),
    span(left > 4 ? `   ${clipText(aside, left)}` : '', 'quiet'),
  ];
}
