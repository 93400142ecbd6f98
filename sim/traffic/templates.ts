import { fill } from '../world/placeholders.ts';
import type { RequestTemplate } from '../world/protocol.ts';
import type { Answered, HttpRequest } from './http-client.ts';
import { outcomeOf, type Outcome } from './outcome.ts';

/** What a template's placeholders are filled with; each is of letters, digits and hyphens, so that it fits into any text. */
export interface Words {
  readonly tenant: string;
  readonly key?: string;
  readonly value?: string;
  readonly id?: string;
}

/** One request of a template. */
export function speak(template: RequestTemplate, words: Words): HttpRequest {
  const valueOf = (name: string) => words[name as keyof Words] ?? '';
  const headers = Object.entries(template.headers).flatMap(([name, text]) => [name, fill(text, valueOf)]);
  const isTyped = Object.keys(template.headers).some((name) => name.toLowerCase() === 'content-type');
  if (template.body !== null && !isTyped) headers.push('content-type', 'application/json');
  return {
    tenant: words.tenant,
    method: template.method,
    path: fill(template.path, valueOf),
    body: template.body === null ? null : fill(template.body, valueOf),
    key: null,
    headers,
  };
}

/** Doing it twice is doing it once, as HTTP has it. */
export function isRepeatable({ method }: Pick<RequestTemplate, 'method'>): boolean {
  return method === 'GET' || method === 'PUT' || method === 'DELETE';
}

/** What an answer of a service says that only its template knows. `isRead`: 404 says that nothing is there. */
export function outcomeOfTemplate(template: RequestTemplate, answered: Answered, isRead: boolean): Outcome {
  const { status, headers } = answered;
  const fromCell = headers['x-cell-id'] !== undefined;
  if (template.expect.includes(status) || (isRead && status === 404 && fromCell))
    return { outcome: 'ok', error: false };
  if (status >= 200 && status < 400) return { outcome: 'unknown', error: true };
  if (status >= 400 && status < 500) return { outcome: 'refused', error: status === 429 };
  return outcomeOf(status, fromCell, headers['retry-after'] !== undefined);
}

/** What an answer holds at a JSON pointer, as text; null: nothing, or nothing that is text or a number. */
export function textAt(body: string, pointer: string | null): string | null {
  if (pointer === null) return null;
  let here: unknown;
  try {
    here = JSON.parse(body);
  } catch {
    return null;
  }
  for (const segment of pointer.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return null;
    here = (here as Record<string, unknown>)[key];
  }
  return typeof here === 'string' || typeof here === 'number' || typeof here === 'boolean' ? String(here) : null;
}

export function versionAt(body: string, pointer: string | null): number | null {
  const text = textAt(body, pointer);
  const version = text === null || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(version) ? version : null;
}

/** The value that a read shows; null: it shows none. */
export function valueOf(template: RequestTemplate, { status, body }: Answered): string | null {
  if (!template.expect.includes(status)) return null;
  return template.value === null ? body.trim() : textAt(body, template.value);
}

/** Whether a job has ended, as the answer to a poll says. */
export function hasEnded(template: RequestTemplate, { status, body }: Answered): boolean {
  if (!template.expect.includes(status)) return false;
  return template.state === null || template.ended.includes(textAt(body, template.state) ?? '');
}
