/** The porthole: a container of its own in a world on Docker, through which its supervisor reaches parts and their events. */
import { runPart } from '../../cells/runtime/part.ts';
import type { PortholeSettings } from './contract.ts';
import { servePorthole } from './porthole.ts';

runPart<PortholeSettings>(async ({ config: { listen, token, settings } }) => {
  if (!listen) throw new Error('the porthole needs listen');
  const server = await servePorthole(listen, { token, events: settings.events });
  return { stop: () => void server.close() };
});
