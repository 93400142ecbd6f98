/**
 * The kinds of events that `after:` can wait for, and the fields of each that it can ask for. `part` (the address of who
 * recorded it) and `cell` (the cell of that part, where the event itself names none) can be asked of every kind.
 */
export const eventKinds: Readonly<Record<string, readonly string[]>> = {
  'request.sent': ['tenant', 'op', 'attempt', 'purpose'],
  'request.answered': [
    'tenant',
    'op',
    'method',
    'cell',
    'epoch',
    'status',
    'outcome',
    'error',
    'reason',
    'final',
    'purpose',
  ],
  'write.committed': ['tenant', 'sheet', 'row', 'version', 'epoch', 'replayed'],
  'job.accepted': ['tenant', 'job', 'queue', 'jobKind', 'epoch', 'replayed'],
  'job.delivered': ['job', 'queue'],
  'job.started': ['tenant', 'job', 'queue', 'attempt'],
  'job.done': ['tenant', 'job', 'queue', 'attempt', 'already'],
  'job.dead': ['tenant', 'job', 'attempts'],
  'job.redelivered': ['tenant', 'job', 'queue', 'attempt'],
  'job.promoted': ['tenant', 'job'],
  'queue.refilled': ['count'],
  'job.redriven': [],
  'fault.injected': ['fault', 'what', 'target', 'by'],
  'fault.seen': ['fault', 'what', 'target'],
  'fault.healed': ['fault', 'what', 'target'],
  'fault.gone': ['fault', 'what', 'target'],
  'part.started': ['address'],
  'part.died': ['address', 'by'],
  'part.replaced': ['address'],
  'aurora.role': ['role', 'generation'],
  'aurora.fenced': ['generation'],
  'cell.state': ['cell', 'health', 'reason'],
  'map.changed': ['version', 'source', 'by'],
  'map.refused': ['version', 'source', 'by'],
  'policy.changed': ['name', 'value'],
  'tenant.added': ['tenant', 'cell', 'epoch'],
  'move.begun': ['tenant', 'from', 'to', 'epoch'],
  'move.quiesced': ['tenant', 'from', 'to', 'epoch'],
  'move.drained': ['tenant', 'from', 'to', 'epoch'],
  'move.fenced': ['tenant', 'from', 'to', 'epoch'],
  'move.copied': ['tenant', 'from', 'to', 'epoch'],
  'move.verified': ['tenant', 'from', 'to', 'epoch'],
  'move.flipped': ['tenant', 'from', 'to', 'epoch'],
  'move.resumed': ['tenant', 'from', 'to', 'epoch'],
  'move.cleaned': ['tenant', 'from', 'to', 'epoch'],
  'move.failed': ['tenant', 'from', 'to', 'epoch'],
  'move.rolled-back': ['tenant', 'from', 'to', 'epoch'],
};

export const eventKindNames = Object.keys(eventKinds) as [string, ...string[]];

/** What can be asked of events of a kind. */
export function fieldsOf(kind: string): readonly string[] {
  return [...new Set(['part', 'cell', ...(eventKinds[kind] ?? [])])];
}
