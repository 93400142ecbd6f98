import type { FaultKind, LinkRule, OpenFault } from './fault.ts';

/** What every fault has that is one rule on the links of its target. */
export function onLinks(
  ruleOf: (fault: OpenFault) => LinkRule,
): Pick<FaultKind, 'targets' | 'defaultForMs' | 'holds' | 'inject' | 'heal'> {
  return {
    targets: ['cell', 'link'],
    defaultForMs: 60_000,
    holds: () => false,
    inject: (ports, fault) => ports.setLinkRule(fault.id, fault.target.links, ruleOf(fault)),
    heal: (ports, fault) => ports.clearLinkRule(fault.id, fault.target.links),
  };
}
