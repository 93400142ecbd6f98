import type { Event } from '../../cells/runtime/events.ts';
import type { LogLine } from '../state/status.ts';
import { numberOf, textOf } from './event-fields.ts';

const linesMax = 200;

/** What happened, in words: the newest lines, oldest first. */
export class RecordedLog {
  #lines: readonly LogLine[] = [];

  copy(): RecordedLog {
    const copy = new RecordedLog();
    copy.#lines = this.#lines;
    return copy;
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  take(event: Event, at: number): void {
    // The command that did it stands there already.
    const text = event.kind === 'fault.injected' ? null : wordsOf(event);
    if (text !== null) this.add(text, null, at);
  }

  add(text: string, command: string | null, at: number): void {
    this.#lines = [...this.#lines, { at, text, command }].slice(-linesMax);
  }
}

/** What an event is worth in the log; null: nothing. */
export function wordsOf(event: Event): string | null {
  const says = (key: string) => textOf(event, key);
  switch (event.kind) {
    case 'fault.injected':
      return `${says('by')}: ${says('what')} ${says('target')}`;
    case 'fault.seen':
      return `${says('what')} ${says('target')} took${says('seen') === '' ? '' : `: ${says('seen')}`}`;
    case 'fault.healed':
      return `${says('what')} ${says('target')} is being healed`;
    case 'fault.gone':
      return `${says('what')} ${says('target')} is gone${says('seen') === '' ? '' : `: ${says('seen')}`}`;
    case 'cell.state': {
      const afterMs = numberOf(event, 'afterMs');
      const after = afterMs === null ? '' : ` after ${(afterMs / 1000).toFixed(2)} s`;
      return `${event.part}: ${says('cell')} is ${says('health')}${after}${says('reason') === '' ? '' : ` (${says('reason')})`}`;
    }
    case 'part.died':
      return event['by'] === 'outside' ? `${says('address')} died, by nobody of ours` : null;
    case 'aurora.role':
      return event['role'] === 'writer' ? `${event.part} is the writer` : null;
    case 'map.refused':
      return `${event.part} refused a map: ${says('reason')}`;
    case 'policy.changed':
      return `policy ${says('name')} is ${says('value')}`;
    case 'machine.slept':
      return `nobody looked for ${Math.round((numberOf(event, 'awayMs') ?? 0) / 1000)} s (the machine slept?)`;
    case 'job.dead':
      return `${event.part}: job ${says('job')} of ${says('tenant')} is dead: ${says('reason')}`;
    default:
      return event.kind.startsWith('move.') ? `${says('tenant')}: ${event.kind.slice('move.'.length)}` : null;
  }
}
