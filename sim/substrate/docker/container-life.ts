import { closeSync, writeSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { PartExit, PartState } from '../substrate.ts';
import { SubstrateError } from '../substrate-error.ts';
import { lastLines, openLog, type OpenLog } from '../process/part-files.ts';
import { until } from '../process/until.ts';
import { AttachedOutput } from './attached-output.ts';

/** The longest time from the engine's start to serving, in milliseconds. */
export const readyWithinMs = 30_000;

/** What a container printed last may come a moment after its death is known. */
const lastWordsMs = 300;

/** 128 + SIGKILL: what the engine gives for a container that was killed, by whomever. */
const killedCode = 137;

/** One life of a container, from the wish to start it to its end: its output, whether it serves, how it ended. */
export class ContainerLife {
  readonly address: string;
  /** Resolves when it serves; rejects where it dies, cannot be started or stays silent first. */
  readonly ready: Promise<void>;
  /** Resolves when it has ended. */
  readonly gone: Promise<PartExit>;
  /** The engine has started it: from here on an inspection that finds it not running has found it dead. */
  begun = false;
  paused = false;
  askedToEnd = false;
  readonly #log: OpenLog;
  readonly #probe: (() => Promise<boolean>) | null;
  #stream: Duplex | null = null;
  #outputOver: Promise<void> = Promise.resolve();
  #serving = false;
  #exit: PartExit | null = null;
  #ending = false;
  #failure: Error | null = null;
  #said: () => void = () => {};
  #tellGone: (exit: PartExit) => void = () => {};
  #tellBegun: () => void = () => {};

  /** `probe` asks whether it serves, for programs that do not say so themselves. */
  constructor(address: string, stateFolder: string, probe: (() => Promise<boolean>) | null) {
    this.address = address;
    this.#probe = probe;
    this.#log = openLog(stateFolder, address);
    this.gone = new Promise((resolve) => (this.#tellGone = resolve));
    const begun = new Promise<void>((resolve) => (this.#tellBegun = resolve));
    const said = new Promise<void>((resolve) => (this.#said = resolve));
    this.ready = this.#untilReady(begun, said);
    this.ready.catch(() => {});
  }

  get alive(): boolean {
    return this.#exit === null && !this.#ending;
  }

  get state(): PartState {
    if (!this.alive) return this.askedToEnd ? 'stopped' : 'dead';
    if (this.paused) return 'paused';
    return this.#serving ? 'running' : 'starting';
  }

  /** Takes over the attached stream: writes `input` to it, and its output to the log. */
  attach(stream: Duplex, input: string, inputEnds: boolean): void {
    this.#stream = stream;
    const output = new AttachedOutput({
      write: (bytes) => this.#write(bytes),
      ready: () => this.#said(),
    });
    stream.on('data', (chunk: Buffer) => output.push(chunk));
    stream.on('error', () => {});
    this.#outputOver = new Promise((resolve) => {
      const over = () => {
        output.end();
        resolve();
      };
      stream.once('end', over);
      stream.once('close', over);
    });
    stream.write(input);
    if (inputEnds) stream.end();
  }

  /** Resolves when nothing more will come out of it. */
  get outputOver(): Promise<void> {
    return this.#outputOver;
  }

  begin(): void {
    this.begun = true;
    this.#tellBegun();
  }

  /** It ran before anybody listened to what it says. Where a probe can ask, that still decides. */
  takeAsServing(): void {
    this.#said();
  }

  /** It was found to have ended with this code; null where nobody knows. Twice is once. */
  async end(code: number | null): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    const killed = code === null || code === killedCode;
    await Promise.race([this.#outputOver, new Promise((resolve) => setTimeout(resolve, lastWordsMs))]);
    this.#finish({ address: this.address, pid: null, code: killed ? null : code, signal: killed ? 'SIGKILL' : null });
  }

  /** It could not be started at all. */
  fail(error: Error): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#failure = error;
    this.#finish({ address: this.address, pid: null, code: null, signal: null });
  }

  #finish(exit: PartExit): void {
    this.#exit = exit;
    this.#stream?.destroy();
    closeSync(this.#log.fd);
    this.#tellBegun();
    this.#tellGone(exit);
  }

  #write(bytes: Buffer): void {
    if (this.#exit !== null) return;
    try {
      writeSync(this.#log.fd, bytes);
    } catch {
      // A full disk loses the words and not the part.
    }
  }

  async #untilReady(begun: Promise<void>, said: Promise<void>): Promise<void> {
    await begun;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), readyWithinMs);
    });
    const serving = (this.#probe ? this.#untilAnswers(this.#probe) : said).then(() => 'serving' as const);
    const first = await Promise.race([serving, this.gone.then(() => 'gone' as const), late]);
    clearTimeout(timer);
    if (first === 'serving' && this.alive) {
      this.#serving = true;
      return;
    }
    if (this.#failure) throw this.#failure;
    throw new SubstrateError('start-failed', await this.#whyNot(first));
  }

  async #untilAnswers(probe: () => Promise<boolean>): Promise<void> {
    await until(async () => !this.alive || (await probe()), readyWithinMs, 50);
  }

  async #whyNot(first: 'serving' | 'gone' | 'late'): Promise<string> {
    const how =
      first === 'late'
        ? `did not serve within ${readyWithinMs / 1000} s`
        : `ended before it served (${this.#howEnded(await this.gone)})`;
    const text = lastLines(this.#log.path, this.#log.fromByte, 12);
    return text === '' ? `${this.address} ${how}; it printed nothing` : `${this.address} ${how}:\n${text}`;
  }

  #howEnded({ code, signal }: PartExit): string {
    return signal ?? `exit ${code}`;
  }
}
