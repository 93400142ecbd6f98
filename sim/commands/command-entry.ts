import type { Run } from './context.ts';

/** One command as the front door registers it. Its code is loaded only when it runs. */
export interface CommandEntry {
  /** `status`, `tenant add`. */
  readonly name: string;
  /** Commander's notation: `<target>` must be there, `[id]` may, `[settings...]` may be many. */
  readonly args: readonly string[];
  readonly summary: string;
  /** `repeated`: it may be given several times, and its values are a list. */
  readonly options: readonly (readonly [flags: string, description: string, repeated?: 'repeated'])[];
  readonly examples: readonly string[];
  /** It is about a world that is up: takes `--name`. */
  readonly live: boolean;
  /** It prints: takes `--json`. */
  readonly json: boolean;
  readonly load: () => Promise<{ readonly run: Run; readonly moreHelp?: () => string }>;
  /** `--help` shows what `moreHelp` returns, too. */
  readonly hasMoreHelp?: true;
}
