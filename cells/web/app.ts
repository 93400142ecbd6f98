import { timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { CellPorts, CellResponse, Operation } from './exchange.ts';
import { handle } from './handle.ts';
import { methodNotAllowed, named, nothingAt } from './own-answer.ts';
import { problem } from './problem.ts';
import { readBody } from './read-body.ts';
import { routes } from './routes.ts';

/** What the cell's own side may ask of a web task, beside the tenants' requests. */
export interface TaskAdmin {
  readonly token: string;
  /** Whether there is an Aurora instance to serve from. */
  readonly healthy: () => boolean;
  /** Whether it may be sent requests; once it may, it always may. */
  readonly ready: () => boolean;
  /** Makes every dead job open again; resolves with how many. */
  readonly redrive: () => Promise<number>;
}

/** Express in front of `handle`: it matches paths, reads bodies and writes answers, and decides nothing. */
export function createApp(ports: CellPorts, admin: TaskAdmin): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.set('case sensitive routing', true);
  app.set('strict routing', true);

  for (const { method, path, operation } of routes)
    app[method](path, (request, response) => serve(operation, request, response, ports));
  app.get('/ready', (_request, response) => send(response, readiness(admin)));
  app.get('/health', (_request, response) => send(response, health(admin)));
  app.post('/_cell/redrive', async (request, response) => send(response, await redrive(request, admin)));
  for (const path of new Set(routes.map((route) => route.path)))
    app.all(path, (request, response) => sendOwn(request, response, ports, methodNotAllowed(path)));
  app.use((request, response) => sendOwn(request, response, ports, nothingAt(request.path)));
  app.use(lastResort(ports));
  return app;
}

async function serve(operation: Operation, request: Request, response: Response, ports: CellPorts): Promise<void> {
  const body = await readBody(request).catch(() => null);
  if (body === null) return void response.destroy();
  const headers = request.headers as Readonly<Record<string, string | undefined>>;
  const params = request.params as Readonly<Record<string, string>>;
  send(response, await handle({ operation, params, headers, body }, ports));
}

function readiness({ ready }: TaskAdmin): CellResponse {
  return ready()
    ? { status: 200, headers: {}, body: { ready: true }, problem: false }
    : problem('unavailable', 'it has just started, and no writer of Aurora is known yet');
}

function health({ healthy }: TaskAdmin): CellResponse {
  return healthy()
    ? { status: 200, headers: {}, body: { healthy: true }, problem: false }
    : problem('unavailable', 'no instance of Aurora is there to serve from');
}

async function redrive(request: Request, admin: TaskAdmin): Promise<CellResponse> {
  const given = Buffer.from(request.get('x-cell-admin') ?? '');
  const wanted = Buffer.from(admin.token);
  const known = given.length === wanted.length && timingSafeEqual(given, wanted);
  // Whoever does not know the token learns nothing, not even that there is something here.
  if (!known) return problem('not-found', 'nothing here');
  return { status: 200, headers: {}, body: { redriven: await admin.redrive() }, problem: false };
}

/** A path that express could not decode is the caller's mistake; the rest is ours, and its stack goes to the log only. */
function lastResort(ports: CellPorts): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const status = (error as { status?: unknown }).status;
    const isCallers = typeof status === 'number' && status >= 400 && status < 500;
    if (!isCallers) console.error(error);
    if (response.headersSent) return void response.destroy();
    sendOwn(
      request,
      response,
      ports,
      isCallers ? problem('bad-request', 'the path is not well-formed') : problem('bug', 'see the log of this task'),
    );
  };
}

function sendOwn(request: Request, response: ServerResponse, ports: CellPorts, answer: CellResponse): void {
  send(response, named(request.headers as Readonly<Record<string, string | undefined>>, ports, answer));
}

function send(response: ServerResponse, { status, headers, body, problem: isProblem }: CellResponse): void {
  // A string leaves in one write with the head; a buffer would make two.
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    'content-type': isProblem ? 'application/problem+json' : 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
