import { Agent, request } from 'node:http';

/** One attempt, as a client saw it that knows nothing of Petri. Times are milliseconds of `performance.now`. */
export interface Attempt {
  readonly tenant: string;
  readonly op: 'read' | 'write' | 'job';
  readonly path: string;
  readonly sentMs: number;
  answeredMs: number | null;
  /** Null: the connection broke, or no answer in 10 s. */
  status: number | null;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

export interface ForeignClientOptions {
  readonly url: string;
  readonly tenants: readonly string[];
  readonly rps: number;
}

const timeoutMs = 10_000;

/** An open-loop client over `node:http`: sends on time whether or not answers come, never retries, remembers everything. */
export class ForeignClient {
  readonly attempts: Attempt[] = [];
  readonly #options: ForeignClientOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });
  readonly #underWay = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | null = null;
  #sent = 0;
  #run = Math.random().toString(36).slice(2, 8);

  constructor(options: ForeignClientOptions) {
    this.#options = options;
  }

  start(): void {
    const startMs = performance.now();
    const already = this.#sent;
    this.#timer = setInterval(() => {
      const due = already + ((performance.now() - startMs) / 1000) * this.#options.rps;
      while (this.#sent < due) this.#next();
    }, 5);
  }

  /** Stops sending and waits for the answers that are still due. */
  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  close(): void {
    this.#agent.destroy();
  }

  send(tenant: string, method: string, path: string, body: unknown, op: Attempt['op']): Promise<Attempt> {
    const attempt: Attempt = {
      tenant,
      op,
      path,
      sentMs: performance.now(),
      answeredMs: null,
      status: null,
      headers: {},
      body: '',
    };
    const done = new Promise<Attempt>((resolve) => {
      const finish = () => {
        attempt.answeredMs = performance.now();
        resolve(attempt);
      };
      const text = body === null ? '' : JSON.stringify(body);
      const headers = {
        'x-tenant-id': tenant,
        ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      };
      const ask = request(
        `${this.#options.url}${path}`,
        { method, agent: this.#agent, timeout: timeoutMs, headers },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', finish);
          response.on('end', () => {
            attempt.status = response.statusCode ?? null;
            attempt.headers = response.headers;
            attempt.body = Buffer.concat(chunks).toString();
            finish();
          });
        },
      );
      ask.on('timeout', () => ask.destroy());
      ask.on('error', finish);
      ask.end(text);
    });
    return done;
  }

  /** Every tenant comes by in turn; seven of ten are reads, one in twenty is a job. */
  #next(): void {
    const n = this.#sent++;
    const { tenants } = this.#options;
    const tenant = tenants[(n * 7) % tenants.length] ?? 't01';
    const row = `/sheets/s${n % 3}/rows/r${Math.floor(n / 3) % 5}`;
    const kind = n % 20;
    const sending =
      kind === 0
        ? this.send(tenant, 'POST', '/jobs', { kind: 'recalc', sheet: `s${n % 3}`, units: 20 }, 'job')
        : kind < 7
          ? this.send(tenant, 'PUT', row, { value: `${this.#run}-${tenant}-${n}` }, 'write')
          : this.send(tenant, 'GET', row, null, 'read');
    const noted = sending.then((attempt) => {
      this.attempts.push(attempt);
      this.#underWay.delete(noted);
    });
    this.#underWay.add(noted);
  }
}
