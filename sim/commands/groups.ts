/** The commands in the order in which somebody new wants them, under the headings of `petri --help`. */
export const groups: readonly { readonly heading: string; readonly names: readonly string[] }[] = [
  { heading: 'Grow and end a world:', names: ['ui', 'up', 'attach', 'reset', 'down'] },
  { heading: 'Look:', names: ['status', 'why', 'tenants', 'route', 'request', 'logs', 'events'] },
  { heading: 'Hurt and heal:', names: ['kill', 'stop', 'pause', 'resume', 'partition', 'fault', 'restart', 'heal'] },
  {
    heading: 'Change the load, the design, the tenants:',
    names: ['traffic', 'set', 'tenant', 'move', 'pin', 'quarantine', 'drain', 'evacuate', 'scale', 'redrive'],
  },
  {
    heading: 'Run scenarios, look at recorded runs:',
    names: ['run', 'search', 'bugs', 'check', 'replay', 'report', 'scenario', 'pack'],
  },
  { heading: 'Look after it:', names: ['doctor', 'images', 'validate', 'about', 'help'] },
];

export function headingOf(name: string): string {
  return groups.find(({ names }) => names.includes(name))?.heading ?? 'Commands:';
}

/** In the order of the groups; the first word of a name counts. */
export function inGroups<Entry extends { readonly name: string }>(entries: readonly Entry[]): readonly Entry[] {
  const order = groups.flatMap(({ names }) => names);
  const place = ({ name }: Entry) => order.indexOf(name.split(' ')[0]!);
  return entries.toSorted((left, right) => place(left) - place(right));
}
