import type { Transactions } from '../aurora/contract.ts';
import {
  deadLetterJob,
  deliverAgain,
  finishJob,
  markDelivered,
  promoteJob,
  redriveJobs,
  refillOutbox,
  submitJob,
} from './job-transactions.ts';
import { beginArrival, cleanTenant, fenceTenant, importPage, openTenant, reopenTenant } from './move-transactions.ts';
import { putRow, putTenant } from './row-transactions.ts';
import type { Store } from './store.ts';

export type TransactionName = keyof Transactions;

/** Every named transaction: pure over the store that it is handed. A refusal of the domain is a result; a throw is a failure of the store. */
export const transactions: {
  readonly [Name in TransactionName]: (store: Store, args: Transactions[Name]['args']) => Transactions[Name]['result'];
} = {
  'tenant.put': putTenant,
  'row.put': putRow,
  'job.submit': submitJob,
  'outbox.delivered': markDelivered,
  'outbox.refill': refillOutbox,
  'outbox.again': deliverAgain,
  'job.finish': finishJob,
  'job.dead': deadLetterJob,
  'job.promote': promoteJob,
  'job.redrive': redriveJobs,
  'move.fence': fenceTenant,
  'move.begin': beginArrival,
  'move.import': importPage,
  'move.open': openTenant,
  'move.reopen': reopenTenant,
  'move.clean': cleanTenant,
};

export function isTransactionName(name: string): name is TransactionName {
  return Object.hasOwn(transactions, name);
}
