/** Work in virtual time may not touch what differs from one run to the next. */
export class TripwireError extends Error {
  override readonly name = 'TripwireError';

  constructor(what: string) {
    super(`${what} was touched in virtual time: take it from the Runtime that the part is handed`);
  }
}

let depth = 0;

/** From here until the same number of `lower` calls real clocks, timers, chance, network and files throw. */
export function raiseTripwires(): void {
  arm();
  depth++;
}

export function lowerTripwires(): void {
  depth--;
}

let armed = false;

function arm(): void {
  if (armed) return;
  armed = true;
  for (const [owner, name, what] of wires()) {
    const real = owner[name] as (...args: unknown[]) => unknown;
    const guarded = function (this: unknown, ...args: unknown[]): unknown {
      if (depth > 0) throw new TripwireError(what);
      return new.target ? Reflect.construct(real, args, new.target) : real.apply(this, args);
    };
    Object.defineProperty(guarded, 'name', { value: name });
    // What hangs on the real one (`setTimeout[util.promisify.custom]`, prototypes) stays in place.
    Object.setPrototypeOf(guarded, real);
    owner[name] = guarded;
  }
}

function wires(): readonly [Record<string, unknown>, string, string][] {
  const global = globalThis as unknown as Record<string, unknown>;
  return [
    [global, 'setTimeout', 'a real timer'],
    [global, 'setInterval', 'a real timer'],
    [global, 'fetch', 'the real network'],
    [Date as unknown as Record<string, unknown>, 'now', 'the real date'],
    [Math as unknown as Record<string, unknown>, 'random', 'chance'],
  ];
}
