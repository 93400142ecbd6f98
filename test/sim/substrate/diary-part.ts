import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { runPart } from '../../../cells/runtime/part.ts';

export interface DiarySettings {
  /** Dies before it serves. */
  readonly refuse?: boolean;
  /** Does not end when it is asked to. */
  readonly lingers?: boolean;
}

/**
 * A small real program for the conformance suite: it keeps a diary on its volume. A line of text that comes over TCP is
 * written down, and the whole diary comes back.
 */
runPart<DiarySettings>(async ({ config, events }) => {
  console.log(`${config.address} begins`);
  if (config.settings.refuse) throw new Error('no paper left');
  const diary = join(config.volume ?? '.', 'diary.txt');
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      appendFileSync(diary, chunk);
      events.record('diary.written', { entry: chunk.toString() });
      socket.write(existsSync(diary) ? readFileSync(diary) : '');
    });
  });
  await new Promise<void>((resolve) => server.listen(config.listen ?? { host: '127.0.0.1', port: 0 }, resolve));
  return {
    stop() {
      console.log(`${config.address} ends`);
      return config.settings.lingers ? new Promise<void>(() => {}) : undefined;
    },
  };
});
