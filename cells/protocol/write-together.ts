import type { Socket } from 'node:net';

/** Writes what one turn of the event loop has for a socket with one system call: answers to a group of calls leave together. */
export function writeTogether(socket: Socket, bytes: Buffer): void {
  if (socket.destroyed) return;
  if (socket.writableCorked === 0) {
    socket.cork();
    process.nextTick(() => socket.uncork());
  }
  socket.write(bytes);
}
