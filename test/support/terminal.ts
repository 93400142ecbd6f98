import { spawn, type IPty } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '../..');

/** Bundles a source file with everything that Node cannot run by itself (`.tsx`). Returns the path of the program. */
export async function bundleForNode(source: string, folder: string): Promise<string> {
  const build = await rolldown({
    cwd: root,
    input: { program: join(root, source) },
    platform: 'node',
    external: ['better-sqlite3', 'dockerode', 'js-redis-server', 'react-devtools-core'],
    transform: { define: { 'process.env.NODE_ENV': '"production"' }, jsx: { runtime: 'automatic' } },
    onLog: () => undefined,
  });
  await build.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
  await build.close();
  return join(folder, 'program.mjs');
}

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A real terminal (a pty and an emulator) with a program in it. */
export class Terminal {
  readonly emulator: xterm.Terminal;
  readonly #pty: IPty;
  /** Every byte that the program wrote. */
  output = '';
  exitCode: number | null = null;

  constructor(command: string, args: readonly string[], options: TerminalOptions) {
    const { columns: cols, rows } = options;
    this.emulator = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 1000 });
    this.#pty = spawn(command, [...args], {
      cols,
      rows,
      name: 'xterm-256color',
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', LANG: 'C.UTF-8', ...options.env },
    });
    this.#pty.onData((data) => {
      this.output += data;
      this.emulator.write(data);
    });
    this.#pty.onExit(({ exitCode }) => (this.exitCode = exitCode));
  }

  get lines(): string[] {
    const { active } = this.emulator.buffer;
    return Array.from(
      { length: this.emulator.rows },
      (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '',
    );
  }

  get text(): string {
    return this.lines.join('\n');
  }

  /** The alternate screen is up. */
  get inAlternateScreen(): boolean {
    return this.emulator.buffer.active.type === 'alternate';
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  resize(columns: number, rows: number): void {
    this.emulator.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  signal(name: string): void {
    this.#pty.kill(name);
  }

  /** Waits until the screen says so; the error holds the screen. */
  async until(what: string, holds: (terminal: this) => boolean, timeoutMs = 8000): Promise<void> {
    const endMs = performance.now() + timeoutMs;
    while (!holds(this)) {
      if (performance.now() > endMs) throw new Error(`not in ${timeoutMs} ms: ${what}\n${this.text}`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  untilText(text: string, timeoutMs?: number): Promise<void> {
    return this.until(`"${text}"`, (terminal) => terminal.text.includes(text), timeoutMs);
  }

  end(): void {
    if (this.exitCode === null) this.#pty.kill('SIGKILL');
    this.emulator.dispose();
  }
}
