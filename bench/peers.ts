import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, findExecutable, freePort } from './frame.ts';

/** A proxy that runs: where it listens, and the processes whose CPU time is its cost. */
export interface Proxy {
  readonly name: string;
  readonly port: number;
  readonly pids: readonly number[];
}

/** The answer that every upstream gives: the heads of a cell and a small body. */
const answer = `default_type application/json; add_header x-cell-id a; add_header x-cell-epoch 1; add_header etag '"1-aaaaaaaa"'; return 200 '{"value":42,"version":1}';`;

function nginxConfig(bench: Bench, name: string, server: string, upstream = ''): string {
  const file = join(bench.folder, `${name}.conf`);
  writeFileSync(
    file,
    `daemon off; master_process off; worker_processes 1; pid ${bench.folder}/${name}.pid; error_log stderr crit;
events { worker_connections 2048; }
http {
  access_log off; keepalive_requests 10000000; keepalive_timeout 600s;
  client_body_temp_path ${bench.folder}; proxy_temp_path ${bench.folder}; fastcgi_temp_path ${bench.folder};
  uwsgi_temp_path ${bench.folder}; scgi_temp_path ${bench.folder};
  ${upstream}
  server { ${server} }
}
`,
  );
  return file;
}

/** An nginx that answers every request itself, at the same small cost for every proxy in front of it. */
export async function startUpstream(bench: Bench): Promise<number> {
  const nginx = findExecutable('nginx');
  const port = await freePort();
  if (nginx) {
    const config = nginxConfig(bench, 'upstream', `listen 127.0.0.1:${port} backlog=1024; location / { ${answer} }`);
    await bench.start(nginx, ['-c', config, '-p', bench.folder], port);
  } else {
    await bench.startScript('programs/upstream.ts', [String(port)], port);
  }
  return port;
}

export async function startNginx(bench: Bench, upstreamPort: number): Promise<Proxy | null> {
  const nginx = findExecutable('nginx');
  if (!nginx) return null;
  const port = await freePort();
  const config = nginxConfig(
    bench,
    'proxy',
    `listen 127.0.0.1:${port} backlog=1024; location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header connection ""; }`,
    `upstream up { server 127.0.0.1:${upstreamPort}; keepalive 128; keepalive_requests 10000000; }`,
  );
  return { name: 'nginx', port, pids: [await bench.start(nginx, ['-c', config, '-p', bench.folder], port)] };
}

export async function startHaproxy(bench: Bench, upstreamPort: number): Promise<Proxy | null> {
  const haproxy = findExecutable('haproxy');
  if (!haproxy) return null;
  const port = await freePort();
  const file = join(bench.folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `global
  nbthread 1
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend in
  bind 127.0.0.1:${port}
  default_backend up
backend up
  server up 127.0.0.1:${upstreamPort}
`,
  );
  return { name: 'haproxy', port, pids: [await bench.start(haproxy, ['-db', '-f', file], port)] };
}

/** `undici` behind `node:http`, or `http-proxy`: what one would write without a router of one's own. */
export async function startNodeProxy(
  bench: Bench,
  name: 'undici' | 'http-proxy',
  upstreamPort: number,
): Promise<Proxy> {
  const port = await freePort();
  // http-proxy has no types of its own.
  const file = name === 'undici' ? 'undici.ts' : 'http-proxy.mjs';
  const pid = await bench.startScript(`programs/${file}`, [String(port), String(upstreamPort)], port);
  return { name, port, pids: [pid] };
}
