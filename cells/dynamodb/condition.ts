import type { Condition, Item } from './contract.ts';

/** Whether a condition holds of what is there. */
export function holds(condition: Condition, current: Item | null): boolean {
  switch (condition.kind) {
    case 'absent':
      return current === null;
    case 'present':
      return current !== null;
    case 'equals':
      return (
        current !== null && Object.entries(condition.fields).every(([name, value]) => sameJson(current[name], value))
      );
  }
}

/** Equality of JSON values, whatever the order of their fields. */
function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [namesOfA, namesOfB] = [Object.keys(a), Object.keys(b)];
  return (
    namesOfA.length === namesOfB.length &&
    namesOfA.every((name) => Object.hasOwn(b, name) && sameJson(Reflect.get(a, name), Reflect.get(b, name)))
  );
}
