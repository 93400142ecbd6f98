/** Looks every `everyMs` until `seen` says true or `withinMs` have passed; says whether it was seen. */
export async function until(
  seen: () => boolean | Promise<boolean>,
  withinMs: number,
  everyMs: number,
): Promise<boolean> {
  const end = performance.now() + withinMs;
  for (;;) {
    if (await seen()) return true;
    if (performance.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
