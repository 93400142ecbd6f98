import { auroraOf, type Step } from '../ports.ts';

/** What a cell has in hand for longer is left to the fence: it is refused there, or was committed before. */
const drainMsMax = 1000;
const lookEveryMs = 5;

/** What cells have in hand of the tenant ends. A cell whose Aurora does not answer is found out here, while the quiesce alone has to be undone. */
export const drain: Step = async (move, ports) => {
  const { tenant, from, epoch } = move;
  const there = await auroraOf(ports, from).read('tenant.get', { tenant });
  if (there.kind === 'none') return { kind: 'impossible', reason: `cell ${from} does not know ${tenant}` };
  if (there.residence !== 'home' || there.epoch >= epoch) {
    return { kind: 'impossible', reason: `in cell ${from} ${tenant} is ${there.residence} at epoch ${there.epoch}` };
  }
  await ports.routers.push();
  const untilMs = ports.nowMs() + drainMsMax;
  let inFlight = await ports.routers.inFlight(tenant);
  while (inFlight > 0 && ports.nowMs() < untilMs) {
    await ports.wait(lookEveryMs);
    inFlight = await ports.routers.inFlight(tenant);
  }
  return { kind: 'done', facts: { inFlight } };
};
