import type { Invocation } from './context.ts';
import { emptyCell } from './empty-cell.ts';

export async function run(invocation: Invocation): Promise<void> {
  await emptyCell(invocation, 'drain');
}
