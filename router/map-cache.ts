import type { EventSink } from '../cells/runtime/events.ts';
import type { Time, Timer } from '../cells/runtime/time.ts';
import type { CellMap } from './cell-map.ts';
import type { RouterStatus } from './contract.ts';
import type { MapFile } from './map-file.ts';
import type { MapStore } from './map-store.ts';
import { parseMap, type validateMap } from './map-validate.ts';

type Source = RouterStatus['mapSource'];

/** What a copy is pulled from. */
type Store = Pick<MapStore, 'version' | 'read' | 'close'>;

export interface MapCacheOptions {
  /** Where the last map that was taken is kept; null: nowhere. */
  readonly file: MapFile | null;
  readonly events: EventSink;
  readonly time: Pick<Time, 'every'>;
  /** The cells that this router has a way to, and whether maps are checked, as they are now. */
  readonly cells: () => ReadonlySet<string>;
  readonly validate: () => boolean;
  readonly validateMap: typeof validateMap;
}

export interface OfferResult {
  readonly accepted: boolean;
  readonly version: number;
  readonly reason: string | null;
}

const pullEveryMs = 1000;

/** The router's own copy of the map: pushed, pulled, kept on disk; the last one that was good is used for as long as there is no better. */
export class MapCache {
  readonly #options: MapCacheOptions;
  #store: Store | null = null;
  #current: CellMap | null = null;
  /** The newest map that stood the check: what was taken unchecked is no measure for what comes after it. */
  #checked: CellMap | null = null;
  #source: Source = 'none';
  #reachable = false;
  #timer: Timer | null = null;
  #pulling: Promise<number> | null = null;
  #refused = '';

  constructor(options: MapCacheOptions) {
    this.#options = options;
    const kept = options.file?.read();
    if (kept !== undefined) this.offer(kept, 'disk');
  }

  get current(): CellMap | null {
    return this.#current;
  }

  get source(): Source {
    return this.#source;
  }

  get reachable(): boolean {
    return this.#reachable;
  }

  /** Asks the store for news every second from now on. */
  follow(store: Store): void {
    this.#store = store;
    this.#timer = this.#options.time.every(pullEveryMs, () => void this.pull().catch(() => {}));
  }

  /** Takes a map or says why not. `by` is the pusher's own word. */
  offer(value: unknown, source: Exclude<Source, 'none'>, by: string | null = null): OfferResult {
    const current = this.#current;
    const validate = this.#options.validate();
    const check = validate ? this.#options.validateMap(value, this.#checked, this.#options.cells()) : parseMap(value);
    if (!check.ok) {
      const said = `${source} ${check.version} ${check.reason}`;
      if (said !== this.#refused) {
        this.#options.events.record('map.refused', { version: check.version, source, by, reason: check.reason });
      }
      if (source === 'pull') this.#refused = said;
      return { accepted: false, version: current?.version ?? 0, reason: check.reason };
    }
    this.#refused = '';
    const same = validate && this.#checked === current && current?.version === check.map.version;
    this.#current = check.map;
    if (validate) this.#checked = check.map;
    this.#source = source;
    if (!same) {
      this.#options.events.record('map.changed', { version: check.map.version, source, by });
      if (source !== 'disk') this.#options.file?.write(check.map);
    }
    return { accepted: true, version: check.map.version, reason: null };
  }

  /**
   * Reads the store now, where its version is newer than ours, or ours was never checked and now may be. Several callers share
   * one reading. Rejects where the store does not answer.
   */
  pull(): Promise<number> {
    this.#pulling ??= this.#pull().finally(() => (this.#pulling = null));
    return this.#pulling;
  }

  close(): void {
    this.#timer?.cancel();
    this.#store?.close();
  }

  async #pull(): Promise<number> {
    if (!this.#store) throw new Error('this router has no map store');
    try {
      const version = await this.#store.version();
      if (this.#isNews(version)) this.offer(await this.#store.read(), 'pull');
      this.#reachable = true;
    } catch (error) {
      this.#reachable = false;
      throw error;
    }
    return this.#current?.version ?? 0;
  }

  #isNews(version: number): boolean {
    const current = this.#current;
    if (current === null || version > current.version) return true;
    return this.#options.validate() && (this.#checked !== current || version !== current.version);
  }
}
