import type { MoveCursor, MovePage, MoveReads } from '../../../../cells/aurora/move-contract.ts';
import { auroraOf, type Step } from '../ports.ts';
import { told } from '../told.ts';

/** Rows, idempotency records and jobs of every state go over, page by page. From the front again after a crash: a page may come twice. */
export const copy: Step = async (move, ports) => {
  const { tenant, from, to, epoch } = move;
  const [source, target] = [auroraOf(ports, from), auroraOf(ports, to)];
  const begun = await target.tx('move.begin', { tenant, epoch });
  if (begun.kind !== 'ok') return { kind: 'impossible', reason: told(to, tenant, begun) };
  const facts = { rows: 0, requests: 0, jobs: 0 };
  let after: MoveCursor | null = null;
  do {
    const exported: MoveReads['move.export']['result'] = await source.read('move.export', { tenant, epoch, after });
    if (exported.kind !== 'ok') return { kind: 'impossible', reason: told(from, tenant, exported) };
    const page: MovePage = exported.page;
    const imported = await target.tx('move.import', { tenant, epoch, page });
    if (imported.kind !== 'ok') return { kind: 'impossible', reason: told(to, tenant, imported) };
    for (const name of ['rows', 'requests', 'jobs'] as const) facts[name] += page[name].length;
    after = page.next;
  } while (after !== null);
  return { kind: 'done', facts };
};
