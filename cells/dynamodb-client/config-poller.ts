import type { CellPolicies } from '../policies.ts';
import { defaultQuotas, readPolicies, readQuotas, type Quotas } from './cell-config.ts';
import type { Time, Timer } from '../runtime/time.ts';
import type { DynamodbPort } from './dynamodb-client.ts';

const everyMs = 1000;
/** Until the first answer, so that a part that just started does not serve a second by its defaults. */
const firstEveryMs = 50;

/** Reads the cell's policies and quotas every second; while they cannot be read the last values stay. */
export class ConfigPoller {
  readonly #dynamodb: DynamodbPort;
  readonly #onChange: (policies: CellPolicies) => void;
  readonly #time: Time;
  #timer: Timer | null = null;
  #closed = false;
  #answered = false;
  policies: CellPolicies;
  quotas: Quotas = defaultQuotas;

  constructor(
    time: Time,
    dynamodb: DynamodbPort,
    policies: CellPolicies,
    onChange: (policies: CellPolicies) => void = () => {},
  ) {
    this.#time = time;
    this.#dynamodb = dynamodb;
    this.#onChange = onChange;
    this.policies = policies;
    void this.#poll();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #poll(): Promise<void> {
    const [policies, quotas] = await Promise.allSettled([
      this.#dynamodb.get('config', 'policies'),
      this.#dynamodb.get('config', 'quotas'),
    ]);
    if (this.#closed) return;
    if (quotas.status === 'fulfilled') this.quotas = readQuotas(quotas.value, this.quotas);
    if (policies.status === 'fulfilled') this.#take(readPolicies(policies.value, this.policies));
    if (policies.status === 'fulfilled') this.#answered = true;
    this.#timer = this.#time.after(this.#answered ? everyMs : firstEveryMs, () => void this.#poll());
  }

  #take(policies: CellPolicies): void {
    if (JSON.stringify(policies) === JSON.stringify(this.policies)) return;
    this.policies = policies;
    this.#onChange(policies);
  }
}
