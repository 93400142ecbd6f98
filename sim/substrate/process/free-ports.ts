import { createServer } from 'node:net';

/** Below the range that systems hand out by themselves (Linux: 32768, macOS: 49152), so that no client's own port is in the way. */
const lowest = 20_000;
const highest = 31_999;

const host = '127.0.0.1';

/**
 * Finds `count` loopback ports that can be bound now. The search starts at a place derived from the world's name, so
 * that worlds rarely meet and the same world mostly finds the ports it had. `taken` are left out without being tried.
 */
export async function freePorts(
  count: number,
  worldName: string,
  taken: ReadonlySet<number> = new Set(),
): Promise<readonly number[]> {
  const span = highest - lowest + 1;
  const first = hash(worldName) % span;
  const found: number[] = [];
  for (let step = 0; step < span && found.length < count; step += 64) {
    const candidates = [];
    for (let i = step; i < Math.min(step + 64, span); i++) candidates.push(lowest + ((first + i) % span));
    const wanted = candidates.filter((port) => !taken.has(port));
    const free = await Promise.all(wanted.map(canBind));
    found.push(...wanted.filter((_, index) => free[index]));
  }
  if (found.length < count)
    throw new Error(`only ${found.length} of ${count} ports from ${lowest} to ${highest} are free`);
  return found.slice(0, count);
}

/** The first port from `from` upwards that can be bound now. */
export async function nextFreePort(from: number): Promise<number> {
  for (let port = from; port <= 65_535; port++) if (await canBind(port)) return port;
  throw new Error(`no port from ${from} upwards is free`);
}

/** Whether a port of the loopback address can be bound now. */
export function canBind(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** FNV-1a: spreads names well enough and needs no module. */
function hash(text: string): number {
  let value = 2_166_136_261;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 16_777_619) >>> 0;
  return value;
}
