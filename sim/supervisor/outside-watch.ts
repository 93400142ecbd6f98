/** What happens within this time of the first is told as one, in milliseconds. */
const togetherMs = 120;

/** What somebody else can do to a part. */
export type OutsideWord = 'death' | 'freeze' | 'cut-off';

/** Gathers deaths and freezes that nobody here asked for: `kill -9` of nine processes is one event to a person. */
export class OutsideWatch {
  readonly #tell: (word: OutsideWord, addresses: readonly string[], atMs: number) => void;
  readonly #gathered = new Map<string, { addresses: string[]; atMs: number }>();

  constructor(tell: (word: OutsideWord, addresses: readonly string[], atMs: number) => void) {
    this.#tell = tell;
  }

  note(word: OutsideWord, address: string, atMs: number): void {
    const where = `${word} ${address.split('/')[0]}`;
    const known = this.#gathered.get(where);
    if (known) {
      known.addresses.push(address);
      return;
    }
    const gathered = { addresses: [address], atMs };
    this.#gathered.set(where, gathered);
    setTimeout(() => {
      this.#gathered.delete(where);
      this.#tell(word, gathered.addresses, gathered.atMs);
    }, togetherMs);
  }
}
