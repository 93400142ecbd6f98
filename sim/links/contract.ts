import type { Endpoint } from '../../cells/runtime/part-config.ts';

/** One link: a port of its own that leads to one far side. A link to Aurora has two, one per instance. */
export interface LinkSpec {
  /** `router->b`, `b/web/1->b/aurora`, `control->b/aurora`. */
  readonly name: string;
  readonly listen: Endpoint;
  readonly to: Endpoint;
}

/**
 * The settings of the `links` program (one process per cell), and its admin port (framed calls):
 * - `links.set` {links: LinkSpec[]} → null      adds what is new, ends what is no longer there
 * - `rule.set` {id, links: string[], rule: LinkRule} → null
 * - `rule.clear` {id} → null
 * - `probe` {link, bytes?, closes?} → LinkProbe   connects through the link's own rules to the far side
 * - `status` {} → {links: {name, rules: string[], connections: number, bytes: number}[]}
 */
export interface LinksSettings {
  readonly links: readonly LinkSpec[];
}

/** What came of one probe of a link. */
export interface LinkProbe {
  readonly outcome: 'passes' | 'silent' | 'refused';
  /** There and back; null where it did not come through. */
  readonly latencyMs: number | null;
  /** The ids of the rules that are set on the link. */
  readonly rules: readonly string[];
}
