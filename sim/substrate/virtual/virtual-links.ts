import { RpcError } from '../../../cells/protocol/rpc-error.ts';
import type { PartContext, RunningPart } from '../../../cells/runtime/part.ts';
import { wait } from '../../../cells/runtime/time.ts';
import type { LinkAsk, LinkRule } from '../../faults/fault.ts';
import type { LinkProbe, LinksSettings, LinkSpec } from '../../links/contract.ts';
import { addUp, delayMs, noEffect, type FlowEffect } from '../../links/rules.ts';
import type { Life } from './life.ts';
import { keyOf, type LinkPort, type Network } from './wire.ts';

const probeMsMax = 500;

interface Asked extends LinkAsk {
  readonly link: string;
}

/** The links of one cell in virtual time: the real rules, over ports of the virtual network. */
export async function startVirtualLinks(
  { config, runtime }: PartContext<LinksSettings>,
  { network, life }: { readonly network: Network; readonly life: Life },
): Promise<RunningPart> {
  if (!config.admin) throw new Error('the links need an admin endpoint');
  const rules = new Map<string, { readonly links: ReadonlySet<string>; readonly rule: LinkRule }>();
  const ports = new Map<string, LinkPort>();
  const effectOn = (name: string) => {
    const own = [...rules.values()].filter(({ links }) => links.has(name)).map(({ rule }) => rule);
    return own.length === 0 ? noEffect : addUp(own);
  };
  const apply = (names: Iterable<string>) => {
    const touched = new Set(names);
    for (const port of ports.values()) {
      if (!touched.has(port.name)) continue;
      const before = port.effect;
      port.effect = effectOn(port.name);
      Object.assign(port.freeT, { to: 0, from: 0 });
      const { resetAfterBytes } = port.effect;
      for (const wire of port.wires) {
        if (resetAfterBytes !== null && resetAfterBytes !== before.resetAfterBytes) wire.reset();
        else wire.released();
      }
    }
  };
  const set = (specs: readonly LinkSpec[]) => {
    const wanted = new Map(specs.map((spec) => [keyOf(spec.listen), spec]));
    for (const [key, port] of ports) {
      if (wanted.has(key)) continue;
      for (const wire of port.wires) wire.reset();
      ports.delete(key);
      network.links.delete(key);
    }
    for (const [key, { name, to }] of wanted) {
      if (ports.has(key)) continue;
      const own = {
        name,
        to: keyOf(to),
        life,
        effect: effectOn(name),
        wires: new Set<never>(),
        freeT: { to: 0, from: 0 },
      };
      const port: LinkPort = own;
      ports.set(key, port);
      network.links.set(key, port);
    }
  };
  set(config.settings.links);
  const probe = async ({ link: name, bytes = 1, closes = false }: Asked): Promise<LinkProbe> => {
    const own = [...ports.values()].filter((port) => port.name === name);
    if (own.length === 0) throw new RpcError('usage', `there is no link ${name} here`);
    const ids = [...rules].filter(([, { links }]) => links.has(name)).map(([id]) => id);
    const effect = effectOn(name);
    if (effect.resetAfterBytes !== null) return { outcome: 'refused', latencyMs: null, rules: ids };
    // What goes there counts, and then what comes back.
    const stallsOn = effect.stallAfterBytes !== null && 2 * bytes > effect.stallAfterBytes;
    if (effect.to.stalled || effect.from.stalled || stallsOn) {
      await wait(runtime.time, probeMsMax);
      return { outcome: 'silent', latencyMs: null, rules: ids };
    }
    const latencyMs = tookMs(effect.to, bytes, closes) + tookMs(effect.from, bytes, closes);
    await wait(runtime.time, latencyMs);
    const reached = own.some((port) => network.listeners.get(port.to)?.life.alive);
    return reached ? { outcome: 'passes', latencyMs, rules: ids } : { outcome: 'refused', latencyMs: null, rules: ids };
  };
  await runtime.serve({
    listen: config.admin,
    token: config.token,
    handlers: {
      'links.set': ({ links }: { links: readonly LinkSpec[] }) => set(links),
      'rule.set': ({ id, links, rule }: { id: string; links: readonly string[]; rule: LinkRule }) => {
        const touched = [...links, ...(rules.get(id)?.links ?? [])];
        rules.set(id, { links: new Set(links), rule });
        apply(touched);
      },
      'rule.clear': ({ id }: { id: string }) => {
        const touched = rules.get(id)?.links;
        rules.delete(id);
        if (touched) apply(touched);
      },
      probe: (asked: Asked) => probe(asked),
      status: () => ({ links: [...ports.values()].map(({ name, wires }) => ({ name, connections: wires.size })) }),
    },
  });
  return {
    stop() {
      set([]);
    },
  };
}

/** How long so many bytes are on their way, in the mean. */
function tookMs(effect: FlowEffect, bytes: number, closes: boolean): number {
  const onLineMs = effect.bytesPerSecond === null ? 0 : (bytes * 1000) / effect.bytesPerSecond;
  return delayMs(effect, 0.5) + onLineMs + (closes ? effect.closeLateMs : 0);
}
