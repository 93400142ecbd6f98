import { kindOf } from '../world/address.ts';
import { clearParts, freeParts, seenParts } from './conditioned.ts';
import type { FaultKind, OpenFault } from './fault.ts';

/** A cell whose load balancer answers a share of requests with an error, while its health check is as good as ever. */
export const errorAnswers: FaultKind = {
  kind: 'error-answers',
  summary: 'let a cell’s load balancer answer a share of requests with an error; no web task sees them',
  example: 'petri fault error-answers b share=20% status=503 --for 20s',
  targets: ['cell', 'alb'],
  settings: [
    { name: 'share', type: 'share', default: 0.5, min: 0.01, max: 1, summary: 'of the cell’s requests' },
    {
      name: 'status',
      type: 'number',
      default: 500,
      min: 500,
      max: 599,
      summary: 'what they are answered; only a 503 says that it surely had no effect',
    },
  ],
  defaultForMs: 60_000,
  outlivesRestart: true,
  holds: () => false,
  async inject(ports, fault) {
    const { share, status } = answersOf(fault);
    await ports.setCondition(fault.id, albsOf(fault), { kind: 'answers', share, status });
  },
  heal: (ports, fault) => clearParts(ports, fault, albsOf(fault)),
  taken(ports, fault) {
    const { share, status } = answersOf(fault);
    const isTaken = ({ answers }: { readonly answers: { readonly share: number } | null }) =>
      answers !== null && answers.share >= share;
    return seenParts(ports, albsOf(fault), isTaken, `answering ${status} to ${Math.round(share * 100)} %`);
  },
  gone: (ports, fault) => freeParts(ports, fault, albsOf(fault), ({ answers }) => answers === null, 'answering none'),
};

function answersOf({ settings }: OpenFault): { readonly share: number; readonly status: number } {
  return { share: Number(settings['share']), status: Math.round(Number(settings['status'])) };
}

function albsOf({ target }: OpenFault): readonly string[] {
  return target.addresses.filter((address) => kindOf(address) === 'alb');
}
