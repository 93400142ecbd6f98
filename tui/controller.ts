import { RpcError } from '../cells/protocol/rpc-error.ts';
import { pasteable } from '../sim/commands/petri-word.ts';
import { shellWord } from '../sim/commands/print.ts';
import { safeText } from '../sim/state/safe-text.ts';
import type { SupervisorMethods } from '../sim/supervisor/contract.ts';
import { complete } from './commands/complete.ts';
import type { Call } from './commands/call.ts';
import { parseCommand } from './commands/parse.ts';
import { wordsOf } from './commands/tokens.ts';
import { allowed, bindingFor, type Binding, type KeyContext } from './keymap.ts';
import type { PlaybackIntent } from '../sim/replay/playback.ts';
import { keysOf } from './playback-keys.ts';
import type { Store } from './store.ts';
import { themeNames } from './look.ts';
import * as uiState from './ui-state.ts';
import type { Entry, UiState } from './ui-state.ts';

/** An action takes effect and is proven within half a minute, or the supervisor says that it was not. */
const actionTimeoutMs = 45_000;
const downTimeoutMs = 60_000;
const resetTimeoutMs = 180_000;
const doneShownMs = 5000;
const pastedMax = 500;

/** How the window ended: the exit code, and what became of the world. */
export interface Leaving {
  readonly code: number;
  /** `let go`: it is Compose's, and goes on without its supervisor. */
  readonly world: 'ended' | 'let go' | 'left up' | 'unsure';
}

/** What the keys can do outside the screen. */
export interface Ports {
  call(method: string, args: unknown, timeoutMs: number): Promise<unknown>;
  copy(text: string): void;
  suspend(): void;
  leave(how: Leaving): void;
  /** Turns the clock of a recorded run; left out: the world's own supervisor does, where it is virtual. */
  turn?(intent: PlaybackIntent): void;
}

export interface ControllerOptions {
  readonly store: Store;
  readonly ports: Ports;
  readonly grown: boolean;
  readonly readOnly: boolean;
  /** Appended to commands so that they work beside other worlds: empty, or ` --name lab`. */
  readonly nameFlag: string;
  /** What `petri` is called in a command that is shown or copied. */
  readonly word: string;
}

/** Turns keys into changes of this window and calls to the supervisor. */
export class Controller {
  readonly #store: Store;
  readonly #ports: Ports;
  readonly #options: ControllerOptions;
  #messageTimer: NodeJS.Timeout | null = null;
  #ending = false;

  constructor(options: ControllerOptions) {
    this.#store = options.store;
    this.#ports = options.ports;
    this.#options = options;
  }

  /** One key by name (`k`, `tab`, `ctrl-c`), or several characters pasted at once. */
  press(key: string): void {
    const { ui } = this.#store.getState();
    if (key === 'ctrl-c') return this.#interrupt();
    if (key === 'ctrl-z') return this.#ports.suspend();
    if (this.#ending) return;
    if (ui.asking) return this.#answer(key);
    if (ui.entry) return this.#typeKey(ui.entry, key);
    const binding = bindingFor(key, keysOf(this.#store.getState().shown?.clock?.mode ?? 'live'));
    if (ui.message && ui.message.kind !== 'busy') this.#say(null);
    if (binding) this.#act(binding, key);
  }

  /** Many keys at once are typed into what is open for typing; what comes after it was closed, or without it, is not obeyed. */
  burst(keys: readonly string[]): void {
    for (const key of keys) {
      if (this.#store.getState().ui.entry === null) return;
      this.press(key);
    }
  }

  /** Pasted text only ever becomes text: nothing in it is a key. */
  paste(text: string): void {
    const { ui } = this.#store.getState();
    const clean = safeText(text, pastedMax);
    if (ui.entry) this.#change((now) => uiState.type(now, (now.entry?.text ?? '') + clean));
  }

  /** SIGTERM, SIGHUP: the world is somebody else's business. */
  leave(code: number): void {
    this.#ports.leave({ code, world: this.#left() });
  }

  /** A world that has not been heard of for a while may be gone. */
  #left(): Leaving['world'] {
    return this.#store.getState().connection.kind === 'lost' ? 'unsure' : 'left up';
  }

  #change(change: (ui: UiState) => UiState): void {
    this.#store.changeUi(change);
  }

  #context(): KeyContext {
    const { shown, ui } = this.#store.getState();
    return { snapshot: shown, cell: ui.pickedCell, part: ui.pickedPart, filter: ui.filter };
  }

  #act(binding: Binding, key: string): void {
    if (!allowed(binding, this.#options.readOnly)) {
      return this.#say({ kind: 'error', text: `${binding.shown} ${binding.label} is off: this window is read only.` });
    }
    const { shown, held } = this.#store.getState();
    switch (binding.intent) {
      case 'pick':
        return this.#pick(Number(key) - 1);
      case 'next-cell':
      case 'previous-cell':
        if (shown) this.#change((ui) => uiState.stepCell(ui, shown, binding.intent === 'next-cell' ? 1 : -1));
        return;
      case 'next-part':
      case 'previous-part':
        return this.#stepPart(binding.intent === 'next-part' ? 1 : -1);
      case 'run':
      case 'why':
        return this.#runKey(binding);
      case 'blast':
        return this.#change((ui) => uiState.open(ui, { kind: 'blast' }));
      case 'palette':
      case 'filter':
        return this.#startEntry(binding.intent);
      case 'commands':
        return this.#change((ui) =>
          ui.overlay?.kind === 'commands' ? uiState.back(ui) : uiState.open(ui, { kind: 'commands' }),
        );
      case 'copy':
        return this.#copy();
      case 'hold':
        return this.#store.hold(!held);
      case 'hide':
        return this.#change((ui) => ({ ...ui, hidden: !ui.hidden }));
      case 'theme':
        return this.#nextTheme();
      case 'help':
        return this.#change((ui) => ({
          ...uiState.open(ui, { kind: 'help', search: '' }),
          entry: { kind: 'search', text: '' },
        }));
      case 'up':
      case 'down':
        return this.#change((ui) => uiState.move(ui, binding.intent === 'down' ? 1 : -1));
      case 'back':
        return this.#change(uiState.back);
      case 'suspend':
        return this.#ports.suspend();
      case 'quit':
        return this.#change((ui) => ({ ...ui, asking: { kind: 'leave' } }));
      case 'leave':
        return this.#ports.leave({ code: 0, world: this.#left() });
      case 'interrupt':
        return this.#interrupt();
      default:
        return this.#ports.turn ? this.#ports.turn(binding.intent) : void this.#turn(binding.intent);
    }
  }

  async #turn(intent: PlaybackIntent): Promise<void> {
    try {
      await this.#ports.call('clock.turn', { intent }, actionTimeoutMs);
    } catch (error) {
      this.#say({ kind: 'error', text: pasteable(failure(error, this.#options.nameFlag), this.#options.word) });
    }
  }

  #pick(index: number): void {
    const cells = this.#store.getState().shown?.status.cells ?? [];
    const cell = cells[index];
    if (cell) return this.#change((ui) => uiState.pickCell(ui, cell.id));
    if (cells.length)
      this.#say({ kind: 'error', text: `There is no cell ${index + 1}: this world has ${cells.length}.` });
  }

  #stepPart(by: 1 | -1): void {
    const { shown, ui } = this.#store.getState();
    if (!shown || !ui.pickedCell) {
      return this.#say({ kind: 'error', text: 'Pick a cell first: press its number; then Tab picks its parts.' });
    }
    this.#change((now) => uiState.stepPart(now, shown, by));
  }

  #startEntry(kind: 'palette' | 'filter'): void {
    const text = kind === 'filter' ? this.#store.getState().ui.filter : '';
    this.#change((ui) => ({ ...ui, entry: { kind, text }, message: null }));
  }

  #nextTheme(): void {
    this.#change((ui) => {
      const theme = themeNames[(themeNames.indexOf(ui.theme) + 1) % themeNames.length] ?? ui.theme;
      return { ...ui, theme };
    });
    this.#say({ kind: 'done', text: `theme ${this.#store.getState().ui.theme}` });
  }

  #copy(): void {
    const { ui, shown } = this.#store.getState();
    const command = ui.overlay?.kind === 'commands' ? ui.commands[ui.pickedCommand] : ui.commands.at(-1);
    const text = command?.text ?? shown?.log.findLast((line) => line.command !== null)?.command;
    if (!text) return this.#say({ kind: 'error', text: 'Nothing to copy yet: no command was run.' });
    this.#ports.copy(text);
    this.#say({ kind: 'done', text: `copied: ${text}` });
  }

  #typeKey(entry: Entry, key: string): void {
    switch (key) {
      case 'escape':
        return this.#change(uiState.back);
      case 'return':
        return this.#enter(entry);
      case 'backspace':
        if (entry.text === '' && entry.kind !== 'search') return this.#change(uiState.back);
        return this.#change((ui) => uiState.type(ui, [...entry.text].slice(0, -1).join('')));
      case 'ctrl-u':
        return this.#change((ui) => uiState.type(ui, ''));
      case 'tab':
        if (entry.kind !== 'palette') return;
        return this.#change((ui) => uiState.type(ui, complete(entry.text, this.#store.getState().shown)));
      case 'up':
      case 'down':
        return entry.kind === 'search' ? this.#change((ui) => uiState.move(ui, key === 'down' ? 1 : -1)) : undefined;
      default:
        if (key === '?' && entry.kind === 'search' && entry.text === '') return this.#change(uiState.back);
        this.#change((ui) => uiState.type(ui, entry.text + (key === 'space' ? ' ' : [...key].length === 1 ? key : '')));
    }
  }

  #enter(entry: Entry): void {
    if (entry.kind === 'search') return;
    this.#change((ui) => ({ ...ui, entry: null }));
    if (entry.kind !== 'palette' || entry.text.trim() === '') return;
    this.#typed(wordsOf(entry.text));
  }

  /** A command typed here is about this window's world, whatever `--name` it was copied with. */
  #typed(words: readonly string[]): void {
    const at = words.findIndex((word) => /^--name(?:=|$)/u.test(word));
    const named = words[at]?.includes('=') ? words[at] : `--name=${words[at + 1]}`;
    const own = this.#options.nameFlag.trim().replace(' ', '=') || '--name=default';
    if (at >= 0 && named !== own)
      return this.#say({ kind: 'error', text: `This window looks at another world: ${own.slice('--name='.length)}.` });
    this.#run(words.map(shellWord).join(' ') + (at < 0 ? this.#options.nameFlag : ''));
  }

  #runKey(binding: Binding): void {
    const command = binding.command?.(this.#context());
    if (!command) return;
    if (command.ok) this.#run(wordsOf(command.line).map(shellWord).join(' ') + this.#options.nameFlag);
    else this.#say({ kind: 'error', text: command.missing });
  }

  /** `line` is without `petri`, its words quoted as a shell wants them. */
  #run(line: string, sure = false): void {
    const parsed = parseCommand(line);
    if (!parsed.ok) return this.#say({ kind: 'error', text: parsed.error });
    const { call, spec } = parsed;
    if (spec?.changes && this.#options.readOnly) {
      return this.#say({ kind: 'error', text: 'This window is read only: it changes nothing.' });
    }
    if (spec?.asks !== undefined && !sure) {
      const question = { kind: 'run', question: spec.asks, text: line } as const;
      return this.#change((ui) => ({ ...ui, asking: question, message: null }));
    }
    if (call.method === 'down') return void this.#endWorld(0);
    void this.#perform(line, call, spec?.changes ?? false);
  }

  async #perform(line: string, call: Call, changes: boolean): Promise<void> {
    const text = `${this.#options.word} ${line}`;
    const atMs = Date.now();
    this.#change((ui) => uiState.noteCommand(ui, { atMs, text, outcome: 'running', said: '' }));
    this.#say({ kind: 'busy', text: `${call.doing} ...   (${text})` });
    // The supervisor's log tells of faults and restarts already.
    const isTold = call.method.startsWith('fault.') || call.method === 'restart';
    if (changes && !isTold) {
      const told = { at: atMs, text: `you: petri ${line}`, command: `petri ${line}` };
      void this.#ports.call('log', told, 5000).catch(() => undefined);
    }
    try {
      const said = call.said(
        await this.#ports.call(call.method, call.args, call.method === 'reset' ? resetTimeoutMs : actionTimeoutMs),
      );
      const words = said.kind === 'line' ? pasteable(said.text, this.#options.word) : '';
      this.#change((ui) => uiState.settleCommand(ui, text, 'done', words));
      this.#say(said.kind === 'line' ? { kind: 'done', text: words } : null);
      if (said.kind === 'lines') {
        const lines = said.lines.map((sentence) => pasteable(sentence, this.#options.word));
        this.#change((ui) => uiState.open(ui, { kind: 'sentences', title: said.title, lines }));
      }
    } catch (error) {
      const words = pasteable(failure(error, this.#options.nameFlag), this.#options.word);
      this.#change((ui) => uiState.settleCommand(ui, text, 'failed', words));
      this.#say({ kind: 'error', text: words });
    }
  }

  #say(message: UiState['message']): void {
    if (this.#messageTimer) clearTimeout(this.#messageTimer);
    this.#messageTimer = null;
    this.#change((ui) => (ui.message === message ? ui : { ...ui, message }));
    if (message?.kind === 'done') {
      this.#messageTimer = setTimeout(() => this.#change((ui) => ({ ...ui, message: null })), doneShownMs);
      this.#messageTimer.unref();
    }
  }

  #answer(key: string): void {
    const { asking } = this.#store.getState().ui;
    this.#change((ui) => ({ ...ui, asking: null }));
    if (asking?.kind === 'run') return key === 'y' ? this.#run(asking.text, true) : undefined;
    if (key === 'y') {
      if (this.#options.grown) return void this.#endWorld(0);
      return this.#ports.leave({ code: 0, world: this.#left() });
    }
    if (key === 'Q') return this.#ports.leave({ code: 0, world: this.#left() });
  }

  #interrupt(): void {
    if (this.#ending) return this.#ports.leave({ code: 130, world: 'unsure' });
    if (!this.#options.grown) return this.#ports.leave({ code: 130, world: this.#left() });
    void this.#endWorld(130);
  }

  async #endWorld(code: number): Promise<void> {
    this.#ending = true;
    this.#say({ kind: 'busy', text: 'ending the world: its parts are being stopped ...' });
    try {
      const answer = (await this.#ports.call('down', {}, downTimeoutMs)) as SupervisorMethods['down']['result'] | null;
      this.#ports.leave({ code, world: answer?.attachedTo ? 'let go' : 'ended' });
    } catch (error) {
      // The supervisor may go with its answer half said.
      if (error instanceof RpcError && error.code === 'unknown') return this.#ports.leave({ code, world: 'ended' });
      if (code !== 0) return this.#ports.leave({ code, world: 'unsure' });
      this.#ending = false;
      const text = `${failure(error, this.#options.nameFlag)} Q leaves it; then: petri down${this.#options.nameFlag}`;
      this.#say({ kind: 'error', text: pasteable(text, this.#options.word) });
    }
  }
}

/** One line with a next step. */
export function failure(error: unknown, nameFlag: string): string {
  const look = `petri status${nameFlag}`;
  const text = error instanceof Error ? error.message : String(error);
  const sentence = /[.!?]$/u.test(text) ? text : `${text}.`;
  if (!(error instanceof RpcError)) return `${sentence} Try again, or: ${look}`;
  switch (error.code) {
    case 'not-sent':
      return `Not done: the supervisor cannot be reached. In a second terminal: ${look}`;
    case 'unknown':
      return `No answer: it may have been done or not. Look at the picture, or: ${look}`;
    case 'unproven':
      return `${sentence} It was not seen to take; h heals what is left of it.`;
    case 'usage':
      return sentence;
    default:
      return `${sentence} In a second terminal: ${look}`;
  }
}
