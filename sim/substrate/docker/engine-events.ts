import type Dockerode from 'dockerode';
import { ask } from './engine-call.ts';
import { composeProjectLabel } from './names.ts';

/** What the engine tells of as it happens. `id` is the container's. */
interface EngineEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

const actions = ['start', 'die', 'oom', 'pause', 'unpause', 'destroy', 'connect', 'disconnect'];
const againAfterMs = 200;

export interface EngineEventsOptions {
  readonly docker: Dockerode;
  readonly project: string;
  /** Something happened to a container, ours or (where only a network tells) perhaps somebody else's. */
  readonly onChange: (containerId: string) => void;
  /** The engine is heard again after a silence: what happened meanwhile is not known. */
  readonly onAgain: () => void;
}

/**
 * Follows the engine's events for as long as it is not closed. An event is only a hint to look: what a container is, its
 * inspection says, since events come late and in an order of their own.
 */
export class EngineEvents {
  readonly #options: EngineEventsOptions;
  #stream: NodeJS.ReadableStream | null = null;
  #closed = false;

  constructor(options: EngineEventsOptions) {
    this.#options = options;
  }

  /** Resolves when it listens. */
  async open(): Promise<void> {
    // Networks' events carry no labels, so that a filter by label would hide them.
    const filters = { type: ['container', 'network'], event: actions };
    const stream = await ask('tell what happens', this.#options.docker.getEvents({ filters: JSON.stringify(filters) }));
    this.#stream = stream;
    if (this.#closed) return this.close();
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') this.#heard(JSON.parse(line) as EngineEvent);
    });
    stream.on('error', () => {});
    stream.once('close', () => void this.#again());
  }

  close(): void {
    this.#closed = true;
    (this.#stream as (NodeJS.ReadableStream & { destroy?: () => void }) | null)?.destroy?.();
  }

  #heard({ Type, Actor }: EngineEvent): void {
    if (Type === 'network') {
      const id = Actor.Attributes['container'];
      if (id !== undefined) this.#options.onChange(id);
    } else if (Actor.Attributes[composeProjectLabel] === this.#options.project) this.#options.onChange(Actor.ID);
  }

  async #again(): Promise<void> {
    while (!this.#closed) {
      await new Promise((resolve) => setTimeout(resolve, againAfterMs));
      if (this.#closed) return;
      const open = await this.open().then(
        () => true,
        () => false,
      );
      if (!open) continue;
      this.#options.onAgain();
      return;
    }
  }
}
