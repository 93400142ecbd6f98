import { request } from 'node:http';
import { nameTenant } from '../../router/tenant.ts';
import type { World } from '../world/world.ts';
import type { Parts } from './parts.ts';

export interface GrowthOptions {
  readonly parts: Parts;
  readonly addresses: readonly string[];
  readonly routerUrl: string;
  readonly tenantFrom: World['tenantFrom'];
  /** The tenants of each cell that has any: they are asked in turn, since one may be quarantined. */
  readonly witnesses: Readonly<Record<string, readonly string[]>>;
  /** A path that the web of a cell answers, and whether that web is Petri's: then it is known which answer is good. */
  readonly asks: { readonly path: string; readonly isOwn: boolean };
  readonly onProgress: (text: string, done: number, total: number) => void;
}

const answersWithinMs = 60_000;

/** Starts every part at once, then waits until each cell has answered one of its tenants through the router. */
export async function grow(options: GrowthOptions): Promise<void> {
  const { parts, addresses, witnesses, onProgress } = options;
  const cells = Object.entries(witnesses);
  const total = addresses.length + cells.length;
  let done = 0;
  const step = (text: string) => onProgress(text, ++done, total);
  onProgress(`starting ${addresses.length} parts`, 0, total);
  const run = { over: false };
  const starts = addresses.map((address) => parts.start(address, 'grow').then(() => step(address)));
  const answers = cells.map(([cell, tenants]) =>
    untilAnswers(options, cell, tenants, run).then(() => step(`cell ${cell} answers through the router`)),
  );
  try {
    await Promise.all([...starts, ...answers]);
  } finally {
    run.over = true;
  }
}

async function untilAnswers(
  router: Pick<GrowthOptions, 'routerUrl' | 'tenantFrom' | 'asks'>,
  cell: string,
  tenants: readonly string[],
  run: { readonly over: boolean },
): Promise<void> {
  const deadline = Date.now() + answersWithinMs;
  for (let ask = 0; !run.over; ask++) {
    if (await answers(router, tenants[ask % tenants.length] ?? '')) return;
    if (Date.now() > deadline) throw new Error(`cell ${cell} did not answer through the router in 60 s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function answers(
  { routerUrl, tenantFrom, asks }: Pick<GrowthOptions, 'routerUrl' | 'tenantFrom' | 'asks'>,
  tenant: string,
): Promise<boolean> {
  const { path, headers } = nameTenant(tenantFrom, tenant, asks.path);
  return new Promise((resolve) => {
    const ask = request(`${routerUrl}${path}`, { headers, timeout: 2000, agent: false }, (response) => {
      response.resume();
      const { statusCode = 500 } = response;
      const isGood = asks.isOwn ? [200, 404].includes(statusCode) : statusCode < 500;
      resolve((asks.isOwn && statusCode === 200) || (isGood && 'x-cell-id' in response.headers));
    });
    ask.on('timeout', () => ask.destroy());
    ask.on('error', () => resolve(false));
    ask.end();
  });
}
