import type { FaultKind } from './fault.ts';

/**
 * What the faults that push a wrong map share: push it, say whether the router took it, push the current one at the end. One
 * that was taken is pushed again and again, since `control` goes on to push the right one.
 */
export function mapPush(kind: string, what: 'previous' | 'corrupt', summary: string, example: string): FaultKind {
  return {
    kind,
    summary,
    example,
    targets: ['router'],
    settings: [],
    defaultForMs: 10_000,
    holds: () => false,
    async inject(ports, fault) {
      for (const router of fault.target.addresses) {
        const answer = await ports.pushMap(router, what);
        fault.notes.set(router, answer.accepted ? 1 : 0);
        fault.notes.set('version', answer.version);
      }
    },
    async tick(ports, fault) {
      const taken = fault.target.addresses.filter((router) => fault.notes.get(router) === 1);
      await Promise.all(taken.map((router) => ports.pushMap(router, what)));
    },
    async heal(ports, fault) {
      for (const router of fault.target.addresses) await ports.pushMap(router, 'current');
    },
    async taken(_ports, fault) {
      const taken = fault.target.addresses.filter((router) => fault.notes.get(router) === 1).length;
      const version = fault.notes.get('version');
      const text = taken > 0 ? `${fault.target.text} took it` : `${fault.target.text} refused it and keeps v${version}`;
      return { ok: fault.notes.has('version'), text };
    },
    async gone(ports, fault) {
      const answers = await Promise.all(fault.target.addresses.map((router) => ports.pushMap(router, 'current')));
      const versions = answers.map((answer) => `v${answer.version}`);
      return {
        ok: answers.every(({ accepted }) => accepted),
        text: `${fault.target.text} serves by ${versions.join(', ')}`,
      };
    },
  };
}
