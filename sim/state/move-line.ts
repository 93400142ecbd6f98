import type { Event } from '../../cells/runtime/events.ts';

/** What control says of moves and of cells that are emptied, as a line for people; null where there is nothing to say. */
export function moveLine(event: Event): { readonly text: string; readonly command: string | null } | null {
  const { tenant, from, to, epoch, cell } = event;
  // Told once more by a control that took over from one that died.
  if (event['repeated'] === true) return null;
  switch (event.kind) {
    case 'move.resumed': {
      const blocked = typeof event['blockedMs'] === 'number' ? `; it was refused for ${event['blockedMs']} ms` : '';
      return {
        text: `${tenant} moved from ${from} to ${to} and lives there under epoch ${epoch}${blocked}`,
        command: `petri why ${tenant}`,
      };
    }
    case 'move.failed':
      return { text: `the move of ${tenant} to ${to} is put back: ${event['reason']}`, command: `petri why ${tenant}` };
    case 'move.rolled-back':
      return { text: `${tenant} stays in cell ${from}, under epoch ${epoch}`, command: null };
    case 'move.bug':
      return { text: `control could not carry on the move of ${tenant}: petri logs control tells why`, command: null };
    case 'cell.draining':
      return { text: `cell ${cell} is drained: its tenants leave one after another`, command: `petri drain ${cell}` };
    case 'cell.evacuating':
      return { text: `cell ${cell} is evacuated: its tenants leave`, command: `petri evacuate ${cell}` };
    case 'cell.evacuated':
      return { text: `cell ${cell} is empty, and takes no tenants`, command: `petri evacuate ${cell} --off` };
    case 'cell.active':
      return { text: `cell ${cell} takes tenants again`, command: null };
    default:
      return null;
  }
}
