/** A proxy as one would write it with an undici Pool behind `node:http`: `undici.ts PORT UPSTREAM_PORT`. */
import { createServer } from 'node:http';
import { Pool } from 'undici';

const pool = new Pool(`http://127.0.0.1:${process.argv[3]}`, { connections: 128, pipelining: 1 });

createServer((request, response) => {
  const { host: _host, connection: _connection, ...headers } = request.headers;
  const method = request.method ?? 'GET';
  pool.stream(
    { path: request.url ?? '/', method: method as 'GET', headers, body: method === 'GET' ? null : request },
    ({ statusCode, headers: answered }) => {
      response.writeHead(statusCode, answered);
      return response;
    },
    (error) => {
      if (error) response.destroy(error);
    },
  );
}).listen(Number(process.argv[2]), '127.0.0.1');
