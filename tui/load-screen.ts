import type * as RunReplay from './replay/run-replay.tsx';
import type * as RunScreen from './run-screen.tsx';

export const loadScreen = (): Promise<typeof RunScreen> => withoutFetch(() => import('./run-screen.tsx'));

export const loadReplay = (): Promise<typeof RunReplay> => withoutFetch(() => import('./replay/run-replay.tsx'));

/**
 * Loads Ink and what draws with it. Ink's layout engine fetches its own bytes from a `data:` address where there is a `fetch`,
 * and Node loads its whole HTTP client for that, a third of the time to the first picture; without one it decodes them itself.
 */
async function withoutFetch<Module>(load: () => Promise<Module>): Promise<Module> {
  process.env['NODE_ENV'] ??= 'production';
  const fetch = Object.getOwnPropertyDescriptor(globalThis, 'fetch');
  Reflect.deleteProperty(globalThis, 'fetch');
  try {
    return await load();
  } finally {
    if (fetch) Object.defineProperty(globalThis, 'fetch', fetch);
  }
}
