import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findExecutable } from './frame.ts';
import type { Proxy } from './peers.ts';
import { cpuMsOf } from './processes.ts';

export interface Run {
  readonly perSecond: number;
  /** CPU time that the proxy itself used for one request, in microseconds. */
  readonly cpuMicros: number;
  readonly errors: number;
}

/** One thread, 32 connections, GETs of tenant t01, as fast as they are answered. Null where there is no wrk. */
export async function wrk(proxy: Proxy, seconds: number): Promise<Run | null> {
  const executable = findExecutable('wrk');
  if (!executable) return null;
  const before = cpuMsOf(proxy.pids);
  const url = `http://127.0.0.1:${proxy.port}/sheets/s1/rows/r1`;
  const { stdout } = await promisify(execFile)(executable, [
    '-t1',
    '-c32',
    `-d${seconds}s`,
    '-H',
    'x-tenant-id: t01',
    url,
  ]);
  const used = cpuMsOf(proxy.pids) - before;
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1] ?? 0);
  const badAnswers = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  const sockets = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout)?.slice(1) ?? [];
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] ?? 0),
    cpuMicros: (used * 1000) / Math.max(1, requests),
    errors: badAnswers + sockets.reduce((sum, count) => sum + Number(count), 0),
  };
}
