/** Headers that end at each hop, and those that we frame ourselves. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
]);

/** What a client could use to speak in the router's name. */
const routersOwn = new Set(['x-request-id', 'x-tenant-id', 'forwarded', 'host']);

/** Whether a header of a client's request passes the edge. */
function passesEdge(name: string): boolean {
  // `x_cell_id` becomes `x-cell-id` in readers that fold the two: no name with an underscore passes.
  if (name.includes('_') || hopByHop.has(name) || routersOwn.has(name)) return false;
  return !name.startsWith('x-cell-') && !name.startsWith('x-forwarded-');
}

function passesInside(name: string): boolean {
  return !hopByHop.has(name) && name !== 'host';
}

function passesBack(name: string): boolean {
  return !hopByHop.has(name) && name !== 'x-request-id';
}

/** Joins the headers that may pass into lines. Names come from strangers: what is remembered of them is bounded. */
function joiner(passes: (name: string) => boolean) {
  const known = new Map<string, boolean>();
  return (headers: readonly string[], connectionNames: readonly string[]): string => {
    let lines = '';
    for (let at = 0; at < headers.length; at += 2) {
      const name = headers[at]!;
      let pass = known.get(name);
      if (pass === undefined) {
        if (known.size >= 1024) known.clear();
        pass = passes(name);
        known.set(name, pass);
      }
      if (!pass || (connectionNames.length > 0 && connectionNames.includes(name))) continue;
      lines += `${name}: ${headers[at + 1]}\r\n`;
    }
    return lines;
  };
}

/** From a stranger to a cell: without hop-by-hop headers and without everything that only a router may say. */
export const edgeHeaders = joiner(passesEdge);

/** From the router to a task: without hop-by-hop headers. */
export const innerHeaders = joiner(passesInside);

/** From a cell back to the client: without hop-by-hop headers and the request's id, which the router writes. */
export const answerHeaders = joiner(passesBack);
