import { printDuration } from '../world/quantities.ts';
import type { Action, Step } from './scenario.ts';

/** The line that a person could type to do the same on a world that is up. */
export function commandOfStep(step: Step): string {
  switch (step.kind) {
    case 'fault': {
      const { fault, target, settings, forMs, hold } = step;
      const own = ['kill', 'stop', 'pause', 'partition'].includes(fault);
      const words = [
        own ? `petri ${fault}` : `petri fault ${fault}`,
        quoted(target),
        ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
        ...(forMs === null ? [] : [`--for ${printDuration(forMs)}`]),
        ...(hold ? ['--hold'] : []),
      ];
      return words.join(' ');
    }
    case 'heal':
      return step.target === null ? 'petri heal --all' : `petri heal ${quoted(step.target)}`;
    case 'set':
      return `petri set ${step.policy} ${step.value}`;
    case 'action':
      return commandOfAction(step.action);
  }
}

function commandOfAction(action: Action): string {
  switch (action.do) {
    case 'restart':
      return `petri restart ${quoted(action.target)}`;
    case 'tenant-add':
      return `petri tenant add ${action.tenant}${action.cell === null ? '' : ` --cell ${action.cell}`}`;
    case 'pin':
      return `petri pin ${action.tenant}${action.cell === null ? '' : ` ${action.cell}`}`;
    case 'quarantine':
      return `petri quarantine ${action.tenant}${action.to === null ? '' : ` --to ${action.to}`}`;
    case 'move':
      return `petri move ${action.tenant} ${action.to}`;
    case 'drain':
    case 'evacuate':
    case 'redrive':
      return `petri ${action.do} ${action.cell}`;
    case 'scale':
      return `petri scale ${action.cell} ${action.service} ${action.count}`;
    case 'traffic':
      return commandOfTraffic(action);
  }
}

function commandOfTraffic({ on, rps, mix, skew }: Action & { do: 'traffic' }): string {
  const shares = Object.entries(mix ?? {}).map(([op, share]) => `${op}=${Number((share * 100).toFixed(3))}%`);
  const words = [
    ...(rps === undefined ? [] : [`--rps ${rps}`]),
    ...(mix === undefined ? [] : [`--mix ${shares.join(',')}`]),
    ...(skew === undefined ? [] : [`--skew ${skew}`]),
    ...(on === undefined ? [] : [on ? '--on' : '--off']),
  ];
  return ['petri traffic', ...words].join(' ');
}

/** A shell takes `>` and `*` for itself. */
function quoted(target: string): string {
  return /[>*]/.test(target) ? `'${target}'` : target;
}
