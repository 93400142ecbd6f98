import { notJudged } from '../state/found.ts';
import { safeText } from '../state/safe-text.ts';
import type { BlastRadius, CellStatus, FaultStatus, PartStatus, QueueStatus, Status } from '../state/status.ts';
import { standsOn, usedOfSize } from '../state/words.ts';
import type { CommandContext } from './context.ts';
import { figure, paint, percent, printTable, span } from './print.ts';

const goneFaultsShown = 3;

/** A status as people read it in a terminal without the UI. */
export function describeStatus(context: CommandContext, status: Status): void {
  const { traffic, router } = status;
  const load = traffic.on ? `${figure(traffic.targetRps)} req/s` : 'traffic off';
  const map = router.mapVersion === null ? 'map ?' : `map v${router.mapVersion}`;
  context.out(
    `${safeText(status.name)}  ${standsOn(status)}, ${status.engine === 'none' ? 'no' : safeText(status.engine)} queue  ${router.url}  ${load}  ${map}`,
  );
  context.out(paint(context, moodStyle(status.mood), safeText(status.headline)));
  if (status.subline !== '') context.out(safeText(status.subline));
  context.out('');
  printTable(
    context,
    [
      'CELL',
      'HEALTH',
      'STATE',
      'TENANTS',
      'ANSWERED',
      'REFUSED',
      'FAILED',
      'P50',
      'P99',
      'JOBS',
      'XL',
      'OLDEST',
      'DEAD',
    ],
    status.cells.map(cellRow),
  );
  const troubled = [...status.components, ...status.cells.flatMap((cell) => cell.components)].filter(
    // XL workers are at zero until there is work for them.
    (part) => part.state !== 'running' && !(part.kind === 'xl' && part.state === 'stopped'),
  );
  if (troubled.length > 0)
    context.out(`\nnot running: ${troubled.map((part) => `${part.address} ${part.state}`).join(', ')}`);
  for (const line of sizes(status)) context.out(line);
  const gone = status.faults.filter((fault) => fault.state === 'gone').slice(-goneFaultsShown);
  const faults = status.faults.filter((fault) => fault.state !== 'gone' || gone.includes(fault));
  if (faults.length > 0) context.out('');
  for (const fault of faults) context.out(describeFault(fault, status.now));
  if (status.blastRadius) context.out(`\n${describeBlastRadius(status.blastRadius)}`);
  for (const skipped of status.skipped ?? []) context.out(safeText(notJudged(skipped)));
}

/** Where sizes are enforced, a line for each kind: what its parts may use, and which of them uses the most of it. */
function sizes(status: Status): readonly string[] {
  const kinds = new Map<string, PartStatus>();
  for (const part of [...status.cells.flatMap((cell) => cell.components), ...status.components]) {
    const most = kinds.get(part.kind);
    if (part.size !== null && (part.memoryBytes ?? 0) >= (most?.memoryBytes ?? 0)) kinds.set(part.kind, part);
  }
  const lines = [...kinds].map(([kind, most]) => `${kind} ${usedOfSize(most)} (${most.address} uses most)`);
  return lines.length === 0 ? [] : ['', ...lines];
}

/** `f1 kill b, 3 s ago (petri kill b): 9 of 9 parts gone; what ends it: petri heal f1`. */
export function describeFault(fault: FaultStatus, now: number): string {
  const since = span(Math.max(0, now - fault.sinceMs));
  const seen = fault.seen === null ? fault.state : fault.seen;
  const end = fault.state === 'gone' ? 'gone' : `what ends it: ${fault.endsBy}`;
  return safeText(`${fault.id} ${fault.kind} ${fault.target}, ${since} ago (${fault.by}): ${seen}; ${end}`);
}

export function describeBlastRadius(radius: BlastRadius): string {
  const state = radius.untilMs === null ? 'open' : 'closed';
  const leaks = radius.leaks.length === 0 ? 'no leak' : `LEAKED to ${radius.leaks.slice(0, 20).join(', ')}`;
  return safeText(
    `blast radius (${state}, ${radius.fault}): expected ${radius.predicted.length} tenants (${percent(radius.predictedRatio)}), ` +
      `hit ${radius.hit.length} (${percent(radius.measuredRatio)}), silent ${radius.silent.length}, ${leaks}`,
  );
}

function cellRow(cell: CellStatus): readonly string[] {
  const { traffic, queues } = cell;
  const hasQueue = cell.components.some(({ kind }) => kind === 'sqs');
  const oldest = [queues.standard, queues.xl].map((queue) => queue.oldestAgeMs ?? queue.last?.oldestAgeMs ?? null);
  const ages = oldest.filter((age) => age !== null);
  return [
    cell.id,
    cell.health,
    cell.state,
    String(cell.tenants),
    figure(traffic.answeredPerSecond, '/s'),
    figure(traffic.refusedPerSecond, '/s'),
    figure(traffic.failedPerSecond, '/s'),
    figure(traffic.latencyMsP50, ' ms'),
    figure(traffic.latencyMsP99, ' ms'),
    ...(hasQueue ? [waiting(queues.standard), waiting(queues.xl)] : ['-', '-']),
    ages.length === 0 ? '-' : span(Math.max(...ages)),
    hasQueue ? figure(queues.deadLetter.waiting) : '-',
  ];
}

function waiting(queue: QueueStatus): string {
  const count = figure(queue.waiting ?? queue.last?.waiting ?? null);
  return queue.frozen ? `${count} FROZEN` : count;
}

function moodStyle(mood: Status['mood']): 'green' | 'red' | 'yellow' {
  return mood === 'calm' ? 'green' : mood === 'hurt' ? 'red' : 'yellow';
}
