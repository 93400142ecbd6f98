/** A map that forgets: what was not set within the last two generations is gone. A generation ends by time or by size. */
export class Generations<Value> {
  readonly #everyT: number;
  readonly #sizeMax: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #turnT = -Infinity;
  #forgot = false;

  /** `everyMs`: how long a generation is, in milliseconds of the log's time. */
  constructor(everyMs: number, sizeMax: number) {
    this.#everyT = everyMs * 1000;
    this.#sizeMax = sizeMax;
  }

  /** Something has been forgotten: what is not here may have been. */
  get forgot(): boolean {
    return this.#forgot;
  }

  set(key: string, value: Value, nowT: number): void {
    if (nowT >= this.#turnT || this.#young.size >= this.#sizeMax) {
      this.#forgot ||= this.#old.size > 0;
      this.#old = this.#young;
      this.#young = new Map();
      this.#turnT = nowT + this.#everyT;
    }
    this.#young.set(key, value);
  }

  get(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  delete(key: string): void {
    if (!this.#young.delete(key)) this.#old.delete(key);
  }
}
