import type { Invocation } from './context.ts';
import { flag } from './options.ts';
import { plantedBugs } from './planted-bugs.ts';
import { paint, printJson } from './print.ts';

/** Lists the planted bugs: what each looks like from outside, what it breaks and where it is. */
export async function run({ options, context }: Invocation): Promise<void> {
  const bugs = await plantedBugs();
  if (flag(options, 'json')) {
    printJson(
      context,
      bugs.map(({ name, symptom, invariant, place }) => ({ name, symptom, invariant, place })),
    );
    return;
  }
  for (const { name, symptom, invariant, place } of bugs) {
    context.out(paint(context, 'bold', name));
    context.out(`  ${symptom}`);
    context.out(`  breaks ${invariant}, in ${place}`);
  }
  context.out('');
  context.out('petri search --bug NAME looks for a schedule that shows it; petri run SCENARIO --bug NAME puts it in.');
}
