/** Sends back what it gets: `echo.ts PORT`. */
import { createServer } from 'node:net';

createServer((socket) => {
  socket.setNoDelay(true);
  socket.pipe(socket);
  socket.on('error', () => socket.destroy());
}).listen(Number(process.argv[2]), '127.0.0.1');
