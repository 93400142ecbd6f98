import type { FaultKind, FaultPorts, OpenFault } from './fault.ts';

/** Asks the reader of a cell's Aurora to take over. The old writer is fenced by the generation and becomes the reader. */
export const auroraFailover: FaultKind = {
  kind: 'aurora-failover',
  summary: 'the Aurora reader takes over; the old writer is fenced',
  example: 'petri fault aurora-failover b',
  targets: ['cell', 'aurora'],
  settings: [],
  defaultForMs: 0,
  holds: () => false,
  async inject(ports, fault) {
    fault.notes.set('generation', await generation(ports, fault));
    await ports.promote(cellOf(fault));
  },
  async heal() {
    // Nothing is altered: the cell has a writer and a reader, as before.
  },
  async taken(ports, fault) {
    const before = fault.notes.get('generation') ?? 0;
    const now = await generation(ports, fault);
    return { ok: now > before, text: `generation ${before} became ${now}` };
  },
  async gone(ports, fault) {
    const roles = await ports.auroraRoles(cellOf(fault));
    const writers = roles.filter((part) => part.role === 'writer').length;
    const readers = roles.filter((part) => part.role === 'reader').length;
    return { ok: writers === 1 && readers === 1, text: `${writers} writer and ${readers} reader` };
  },
};

function cellOf(fault: OpenFault): string {
  if (fault.target.cell === null) throw new Error(`${fault.target.text} is in no cell`);
  return fault.target.cell;
}

async function generation(ports: FaultPorts, fault: OpenFault): Promise<number> {
  const roles = await ports.auroraRoles(cellOf(fault));
  return Math.max(0, ...roles.map((part) => part.generation ?? 0));
}
