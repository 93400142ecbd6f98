import { request as httpRequest, type IncomingMessage } from 'node:http';
import { nameTenant } from '../../router/tenant.ts';
import { safeText } from '../state/safe-text.ts';
import { quote } from '../world/quantities.ts';
import type { Invocation } from './context.ts';
import { unavailable, usage } from './failure.ts';
import { withWorld } from './live-world.ts';
import { flag, textOption } from './options.ts';
import { printJson } from './print.ts';

/** A client waits longer than a router (5 s). */
const answerMsMax = 10_000;
const methods = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS'];

export async function run(invocation: Invocation): Promise<void> {
  const { args, options, context } = invocation;
  const [tenant = '', typedMethod = '', path = '', body] = args;
  const method = typedMethod.toUpperCase();
  if (!methods.includes(method)) usage(`the method must be one of ${methods.join(', ')}, not ${quote(typedMethod)}`);
  if (!/^\/[\x21-\x7e]*$/.test(path)) usage(`the path must begin with / and hold no spaces, not ${quote(path)}`);
  if (!/^[\x21-\x7e]{1,200}$/.test(tenant)) usage(`the tenant must be printable without spaces, not ${quote(tenant)}`);
  checkJson(body);
  const router = await withWorld(invocation, (world) => world.call('status', {}).then((status) => status.router));
  const named = nameTenant(router.tenantFrom, tenant, path);
  const answer = await send(router.url, { ...named, method, body, key: textOption(options, 'key') });
  if (flag(options, 'json')) printJson(context, answer);
  else {
    const where = answer.cell === null ? 'no cell' : `cell ${answer.cell}, epoch ${answer.epoch ?? '?'}`;
    context.out(safeText(`${answer.status}  ${where}  ${answer.latencyMs} ms  request ${answer.request ?? '?'}`));
    if (answer.text !== '') context.data(safeText(answer.text, 300_000));
  }
}

interface Outgoing {
  readonly method: string;
  readonly path: string;
  /** Those that name the tenant. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly key: string | null;
}

interface Answer {
  readonly status: number;
  readonly cell: string | null;
  readonly epoch: number | null;
  readonly request: string | null;
  readonly latencyMs: number;
  readonly headers: IncomingMessage['headers'];
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
  readonly text: string;
}

function send(routerUrl: string, outgoing: Outgoing): Promise<Answer> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const request = httpRequest(new URL(outgoing.path, routerUrl), {
      method: outgoing.method,
      // As typed: a URL would fold `/a/../b`, and that is the router's to refuse.
      path: outgoing.path,
      agent: false,
      headers: {
        ...outgoing.headers,
        ...(outgoing.key === null ? {} : { 'idempotency-key': outgoing.key }),
        ...(outgoing.body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(outgoing.body) }),
      },
      signal: AbortSignal.timeout(answerMsMax),
    });
    request.on('error', (error) => reject(error));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(toAnswer(response, Buffer.concat(chunks), performance.now() - startedMs)));
    });
    request.end(outgoing.body);
  }).catch((error: Error): never => {
    const reason =
      error.name === 'TimeoutError' || error.name === 'AbortError' ? `in ${answerMsMax / 1000} s` : error.message;
    return unavailable(`no answer from the router at ${routerUrl}: ${reason}`);
  }) as Promise<Answer>;
}

function toAnswer(response: IncomingMessage, bytes: Buffer, elapsedMs: number): Answer {
  const text = bytes.toString('utf8');
  const one = (name: string): string | null => {
    const value = response.headers[name];
    return typeof value === 'string' ? value : null;
  };
  const epoch = one('x-cell-epoch');
  return {
    status: response.statusCode ?? 0,
    cell: one('x-cell-id'),
    epoch: epoch === null ? null : Number(epoch),
    request: one('x-request-id'),
    latencyMs: Math.round(elapsedMs * 10) / 10,
    headers: response.headers,
    body: parsedOrText(text),
    text,
  };
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function checkJson(body: string | undefined): void {
  if (body === undefined) return;
  try {
    JSON.parse(body);
  } catch (error) {
    usage(`the body is not JSON: ${(error as Error).message}. In a shell it stands in single quotes: '{"value":42}'`);
  }
}
