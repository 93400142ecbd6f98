import type { LinkRule } from '../faults/fault.ts';
import type { LinkProbe, LinkSpec } from './contract.ts';
import { Link } from './link.ts';
import { addUp } from './rules.ts';

export interface LinkStatus {
  readonly name: string;
  /** The ids of the rules that are set on it. */
  readonly rules: readonly string[];
  readonly connections: number;
  readonly bytes: number;
}

/** All links of one cell and the rules on them. A rule also holds for a link that comes later. */
export class Links {
  readonly #random: () => number;
  readonly #links = new Map<string, Link>();
  readonly #rules = new Map<string, { readonly links: ReadonlySet<string>; readonly rule: LinkRule }>();
  #changing: Promise<void> = Promise.resolve();

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Makes the links these: adds what is new, ends what is no longer there, leaves the rest alone. One call after the other. */
  set(specs: readonly LinkSpec[]): Promise<void> {
    const change = this.#changing.then(() => this.#change(specs));
    this.#changing = change.catch(() => {});
    return change;
  }

  setRule(id: string, links: readonly string[], rule: LinkRule): void {
    const touched = new Set([...links, ...(this.#rules.get(id)?.links ?? [])]);
    this.#rules.set(id, { links: new Set(links), rule });
    this.#apply(touched);
  }

  clearRule(id: string): void {
    const touched = this.#rules.get(id)?.links;
    if (!touched) return;
    this.#rules.delete(id);
    this.#apply(touched);
  }

  /** Null where there is no such link. Of several ports, the one that comes through speaks for the link. */
  async probe(name: string, bytes = 1, closes = false): Promise<LinkProbe | null> {
    const results = await Promise.all(this.#named(name).map((link) => link.probe(bytes, closes)));
    for (const outcome of ['passes', 'silent', 'refused']) {
      const found = results.find((result) => result.outcome === outcome);
      if (found) return { ...found, rules: this.#rulesOn(name) };
    }
    return null;
  }

  status(): readonly LinkStatus[] {
    const names = new Set([...this.#links.values()].map((link) => link.spec.name));
    return [...names].map((name) => {
      const ports = this.#named(name);
      return {
        name,
        rules: this.#rulesOn(name),
        connections: ports.reduce((sum, link) => sum + link.connections, 0),
        bytes: ports.reduce((sum, link) => sum + link.bytes, 0),
      };
    });
  }

  async close(): Promise<void> {
    await this.set([]);
  }

  async #change(specs: readonly LinkSpec[]): Promise<void> {
    const wanted = new Map(specs.map((spec) => [keyOf(spec), spec]));
    const ended = [...this.#links].filter(([key]) => !wanted.has(key));
    for (const [key] of ended) this.#links.delete(key);
    await Promise.all(ended.map(([, link]) => link.close()));
    const added = [...wanted].filter(([key]) => !this.#links.has(key));
    await Promise.all(
      added.map(async ([key, spec]) => {
        const link = new Link(spec, this.#random);
        link.apply(this.#effectOn(spec.name));
        await link.listen();
        // A rule may have come while it began to listen.
        link.apply(this.#effectOn(spec.name));
        this.#links.set(key, link);
      }),
    );
  }

  #apply(names: Iterable<string>): void {
    for (const name of names) for (const link of this.#named(name)) link.apply(this.#effectOn(name));
  }

  #rulesOn(name: string): readonly string[] {
    return [...this.#rules].filter(([, { links }]) => links.has(name)).map(([id]) => id);
  }

  #effectOn(name: string) {
    return addUp([...this.#rules.values()].filter(({ links }) => links.has(name)).map(({ rule }) => rule));
  }

  #named(name: string): readonly Link[] {
    return [...this.#links.values()].filter((link) => link.spec.name === name);
  }
}

function keyOf({ name, listen, to }: LinkSpec): string {
  return `${name} ${listen.host}:${listen.port} ${to.host}:${to.port}`;
}
