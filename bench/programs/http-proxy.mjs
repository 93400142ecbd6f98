/** The http-proxy package with a keep-alive agent: `http-proxy.mjs PORT UPSTREAM_PORT`. */
import { Agent, createServer } from 'node:http';
import httpProxy from 'http-proxy';

const proxy = httpProxy.createProxyServer({
  target: `http://127.0.0.1:${process.argv[3]}`,
  agent: new Agent({ keepAlive: true, maxSockets: 128 }),
});

createServer((request, response) => {
  proxy.web(request, response, {}, () => response.destroy());
}).listen(Number(process.argv[2]), '127.0.0.1');
