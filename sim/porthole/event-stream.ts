import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { EventsLine, Positions } from './contract.ts';
import { FollowedFile } from './followed-file.ts';

const pollMs = 40;
/** New files come with new parts: seldom. */
const lookForFilesEvery = 8;

/**
 * Sends every event file below a folder to one caller as it grows, whole lines only, no faster than the caller takes them.
 * It remembers nothing: the caller says how far it has each file. A file that the caller does not know is sent from its
 * beginning; with `from` null, what is there already is left out.
 */
export function streamEvents(folder: string, from: Positions | null, socket: Socket): void {
  const files = new Map<string, FollowedFile>();
  const send = (line: EventsLine) => socket.write(`${JSON.stringify(line)}\n`);
  let first = true;
  let polls = 0;

  const lookForFiles = () => {
    for (const name of eventFiles(folder)) {
      if (files.has(name)) continue;
      const file = new FollowedFile(join(folder, name), from?.[name] ?? null);
      files.set(name, file);
      if (!first || from !== null) continue;
      const position = file.skip();
      if (position) send({ file: name, data: '', ...position });
    }
  };
  const poll = () => {
    if (polls++ % lookForFilesEvery === 0) lookForFiles();
    for (const [name, file] of files) {
      // One that takes slowly gets the rest later; nothing piles up here.
      for (let lines = next(file); lines; lines = next(file)) send({ file: name, ...lines });
    }
  };
  const next = (file: FollowedFile) => (socket.writableNeedDrain ? null : file.read());

  lookForFiles();
  first = false;
  send({ following: true });
  const timer = setInterval(poll, pollMs);
  socket.once('close', () => {
    clearInterval(timer);
    for (const file of files.values()) file.close();
  });
}

/** `a/a.web.1.ndjson` of every cell's folder. One that is not there, or not readable yet, is looked for again. */
function eventFiles(folder: string): string[] {
  return list(folder).flatMap((cell) =>
    list(join(folder, cell))
      .filter((name) => name.endsWith('.ndjson'))
      .map((name) => `${cell}/${name}`),
  );
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
