import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** One line of what an engine reports while it builds, pulls or loads. */
interface Report {
  readonly stream?: string;
  readonly status?: string;
  readonly id?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** How long an engine may say nothing. A registry that swallows packets would hang a pull for ever. */
export const silenceMsMax = 60_000;

export function silenceError(): Error {
  return new Error(`nothing was heard for ${silenceMsMax / 1000} s`);
}

/**
 * Reads an engine's reports to their end and says how far it is: `step 3 of 8`, `12 of 45 MiB`. Resolves with what it printed.
 * Rejects where it reports an error, breaks off, or says nothing for too long.
 */
export async function followImageStream(
  stream: NodeJS.ReadableStream,
  say: (sentence: string) => void,
): Promise<readonly string[]> {
  const readable = stream as Readable;
  const downloads = new Downloads();
  const silence = setTimeout(() => readable.destroy(silenceError()), silenceMsMax);
  const printed: string[] = [];
  let last = '';
  try {
    for await (const line of createInterface({ input: readable, crlfDelay: Infinity })) {
      silence.refresh();
      if (line.trim() === '') continue;
      const report = JSON.parse(line) as Report;
      if (report.error !== undefined) throw new Error(report.error.trim());
      if (report.stream?.trim()) printed.push(report.stream.trim());
      const sentence = stepOf(report) ?? downloads.add(report);
      if (sentence !== null && sentence !== last) say((last = sentence));
    }
    if (readable.errored) throw readable.errored;
    return printed;
  } finally {
    clearTimeout(silence);
    readable.destroy();
  }
}

/** `Step 3/8 : COPY dist ./dist` of a build. */
function stepOf({ stream }: Report): string | null {
  const step = /^Step (\d+)\/(\d+) :/.exec(stream ?? '');
  return step ? `step ${step[1]} of ${step[2]}` : null;
}

/** The layers of a pull or load: what has come of all that is known. */
class Downloads {
  readonly #layers = new Map<string, { readonly current: number; readonly total: number }>();

  add({ id, status, progressDetail }: Report): string | null {
    if (id === undefined || !/^(Downloading|Loading layer)$/.test(status ?? '')) return null;
    const { current = 0, total = 0 } = progressDetail ?? {};
    if (total === 0) return null;
    this.#layers.set(id, { current, total });
    const layers = [...this.#layers.values()];
    const mebibytes = (pick: (layer: { current: number; total: number }) => number) =>
      Math.ceil(layers.reduce((sum, layer) => sum + pick(layer), 0) / 1024 ** 2);
    return `${mebibytes(({ current: done }) => done)} of ${mebibytes(({ total: all }) => all)} MiB`;
  }
}
