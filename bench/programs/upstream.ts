/** A small answer to every request, where there is no nginx to give it: `upstream.ts PORT`. */
import { createServer } from 'node:http';

const body = '{"value":42,"version":1}';

createServer((request, response) => {
  request.resume();
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': body.length,
    'x-cell-id': 'a',
    'x-cell-epoch': '1',
    etag: '"1-aaaaaaaa"',
  });
  response.end(body);
}).listen(Number(process.argv[2]), '127.0.0.1');
