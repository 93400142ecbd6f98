import { z } from 'zod';
import { hasStrayBraces, holesOf } from './placeholders.ts';
import { templateNames, type Protocol, type RequestTemplate, type TemplateName } from './protocol.ts';
import { quote } from './quantities.ts';
import { section, text, words } from './schema-kit.ts';
import { didYouMean, orList } from './suggest.ts';

const pathPattern = /^\/[\x21-\x7e]{0,1023}$/;
const headerPattern = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
const headerValuePattern = /^[\t\x20-\x7e]{0,1024}$/;
const bodyPattern = /^[^]{0,16384}$/;
const pointerPattern = /^(\/([^~/]|~0|~1)*){1,16}$/;

/** Written by Petri's client and routers themselves. */
const ownHeaders = new Set([
  'host',
  'x-tenant-id',
  'x-request-id',
  'content-length',
  'transfer-encoding',
  'connection',
]);

const methods = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE'] as const;

const pointer = (what: string) =>
  text(pointerPattern, 'a JSON pointer, such as /version').describe(`Where the answer holds ${what}`).optional();

function template<Shape extends z.core.$ZodLooseShape>(method: (typeof methods)[number], own: Shape) {
  return section({
    method: words(methods, 'Its method').default(method),
    path: text(pathPattern, 'a path that begins with / and has no blanks').describe(
      'Its path, with the placeholders {{tenant}}, {{key}}, {{value}} and {{id}}',
    ),
    headers: z
      .record(text(headerPattern, "a header's name"), text(headerValuePattern, 'a line of printable ASCII'), {
        error: (issue) =>
          issue.code === 'invalid_type'
            ? `must be a mapping of text to text, not ${quote(issue.input)}`
            : "is not a header's name",
      })
      .describe('Headers beside those that name the tenant; content-type is application/json where there is a body')
      .prefault({}),
    body: text(bodyPattern, 'text').describe('Its body, with the same placeholders').optional(),
    expect: z
      .array(status(), { error: (issue) => `must be a list of statuses such as [200, 201], not ${quote(issue.input)}` })
      .min(1, { error: 'must name at least one status' })
      .max(16, { error: 'must name at most 16 statuses' })
      .describe('The statuses that say that it took place')
      .optional(),
    ...own,
  });
}

/** `protocol`: how Petri's traffic speaks to a web of your own. */
export const protocolSection = section({
  write: template('PUT', { version: pointer("the row's version, a number that grows with every write") })
    .describe('Writes {{value}} at {{key}}')
    .optional(),
  read: template('GET', {
    value: pointer('the value; without it the whole body is'),
    version: pointer("the row's version"),
  })
    .describe('Reads what is at {{key}}; 404 says that nothing is')
    .optional(),
  submit: template('POST', { id: pointer("the job's id") })
    .describe('Submits a job')
    .optional(),
  poll: template('GET', {
    state: pointer("the job's state; without it an expected status says that it has ended"),
    ended: z
      .array(text(/^.{1,64}$/, 'a word'), { error: (issue) => `must be a list of words, not ${quote(issue.input)}` })
      .max(16, { error: 'must have at most 16 words' })
      .describe('The states of a job that has ended')
      .optional(),
  })
    .describe('Asks after the job {{id}}')
    .optional(),
}).describe('How requests to a web of your own look. Kinds without a template are not sent');

type ProtocolFile = z.output<typeof protocolSection>;

interface TemplateFile {
  readonly method: RequestTemplate['method'];
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly expect?: readonly number[] | undefined;
  readonly value?: string | undefined;
  readonly version?: string | undefined;
  readonly id?: string | undefined;
  readonly state?: string | undefined;
  readonly ended?: readonly string[] | undefined;
}

const expected: Readonly<Record<TemplateName, readonly number[]>> = {
  write: [200, 201, 204],
  read: [200],
  submit: [200, 201, 202],
  poll: [200],
};

export function toProtocol(file: ProtocolFile): Protocol {
  const of = (name: TemplateName): RequestTemplate | null => {
    const given = file[name] as TemplateFile | undefined;
    if (!given) return null;
    return {
      method: given.method,
      path: given.path,
      headers: given.headers,
      body: given.body ?? null,
      expect: given.expect ?? expected[name],
      value: given.value ?? null,
      version: given.version ?? null,
      id: given.id ?? null,
      state: given.state ?? null,
      ended: given.ended ?? [],
    };
  };
  return { write: of('write'), read: of('read'), submit: of('submit'), poll: of('poll') };
}

const holes: Readonly<Record<TemplateName, readonly string[]>> = {
  write: ['tenant', 'key', 'value'],
  read: ['tenant', 'key'],
  submit: ['tenant', 'key', 'value'],
  poll: ['tenant', 'id'],
};

/** Without these a template could not do what it is for. */
const needed: Readonly<Record<TemplateName, readonly string[]>> = {
  write: ['key', 'value'],
  read: ['key'],
  submit: [],
  poll: ['id'],
};

type Say = (path: readonly (string | number)[], message: string) => void;

/** What no single key of `protocol` can say. Paths are below it. */
export function checkProtocol(file: ProtocolFile, say: Say): void {
  const protocol = toProtocol(file);
  for (const name of templateNames) {
    const template = protocol[name];
    if (template) checkTemplate(name, template, (path, message) => say([name, ...path], message));
  }
  const { submit, poll, read, write } = protocol;
  if (poll && !submit) say(['poll'], 'asks after jobs, and there is no submit that makes any');
  if (poll && submit && submit.id === null)
    say(['submit'], "must say where its answer holds the job's id, as in id: /id, since poll asks for it");
  if (poll && poll.state === null && poll.ended.length > 0)
    say(['poll', 'ended'], 'goes with state, which says where the answer holds it');
  if (poll && poll.state !== null && poll.ended.length === 0)
    say(['poll', 'state'], 'goes with ended, which says the words of a job that has ended');
  if (write && read && (write.version === null) !== (read.version === null))
    say(
      [write.version === null ? 'read' : 'write', 'version'],
      'must be given for both write and read, or for neither',
    );
}

function checkTemplate(name: TemplateName, template: RequestTemplate, say: Say): void {
  const texts: readonly { readonly at: readonly string[]; readonly text: string }[] = [
    { at: ['path'], text: template.path },
    ...Object.entries(template.headers).map(([header, text]) => ({ at: ['headers', header], text })),
    ...(template.body === null ? [] : [{ at: ['body'], text: template.body }]),
  ];
  for (const { at, text } of texts) {
    if (hasStrayBraces(text)) say(at, 'has braces that close nothing: a placeholder is {{NAME}}, as in "{{key}}"');
    for (const hole of holesOf(text)) {
      if (holes[name].includes(hole)) continue;
      const known = holes[name].map((each) => `{{${each}}}`);
      say(at, `has the placeholder {{${hole}}}${didYouMean(hole, holes[name])}; in ${name} there are ${orList(known)}`);
    }
  }
  const used = new Set(texts.flatMap(({ text }) => holesOf(text)));
  for (const hole of needed[name]) {
    if (!used.has(hole)) say([], `must hold {{${hole}}} in its path or body: without it ${whyNeeded[hole]}`);
  }
  for (const header of Object.keys(template.headers)) {
    const lower = header.toLowerCase();
    if (ownHeaders.has(lower) || lower.startsWith('x-cell-') || lower.startsWith('x-forwarded-'))
      say(['headers', header], 'is written by Petri itself and cannot be set');
  }
  if (template.body !== null && template.method === 'GET') say(['body'], 'cannot go with GET: choose another method');
}

const whyNeeded: Readonly<Record<string, string>> = {
  key: 'every request would mean the same row',
  value: 'nobody could tell one write from another',
  id: 'nobody could say which job is meant',
};

function status() {
  const error = (issue: { readonly input?: unknown }) => `must be a status from 100 to 599, not ${quote(issue.input)}`;
  return z.number({ error }).int({ error }).min(100, { error }).max(599, { error });
}
