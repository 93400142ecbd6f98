import type * as RunScreen from './run-screen.tsx';

/**
 * Loads Ink and what draws with it. Ink's layout engine fetches its own bytes from a `data:` address where there is a `fetch`,
 * and Node loads its whole HTTP client for that, a third of the time to the first picture; without one it decodes them itself.
 */
export async function loadScreen(): Promise<typeof RunScreen> {
  process.env['NODE_ENV'] ??= 'production';
  const fetch = Object.getOwnPropertyDescriptor(globalThis, 'fetch');
  Reflect.deleteProperty(globalThis, 'fetch');
  try {
    return await import('./run-screen.tsx');
  } finally {
    if (fetch) Object.defineProperty(globalThis, 'fetch', fetch);
  }
}
