import { connect } from 'node:net';
import type { Endpoint } from '../../cells/runtime/part-config.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends bytes as they are and returns all that comes back until the far side closes. */
export function rawBytes(to: Endpoint, bytes: string | readonly string[], pieceEveryMs = 0): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(to.port, to.host);
    let text = '';
    const pieces = typeof bytes === 'string' ? [bytes] : [...bytes];
    const timer = setInterval(next, Math.max(1, pieceEveryMs));
    function next(): void {
      const piece = pieces.shift();
      if (piece === undefined) clearInterval(timer);
      else if (socket.writable) socket.write(piece, 'latin1');
    }
    socket.on('connect', next);
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('end', () => socket.end());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearInterval(timer);
      resolve(text);
    });
    socket.setTimeout(8000, () => {
      socket.destroy();
      reject(new Error(`not closed after 8 s; so far: ${text.slice(0, 200)}`));
    });
  });
}

/** Sends bytes, then closes this side of the connection, and returns all that comes back: what is incomplete then stays so. */
export function rawBytesThenEnd(
  to: Endpoint,
  bytes: string,
): Promise<{ readonly text: string; readonly port: number }> {
  return new Promise((resolve) => {
    let port = 0;
    const socket = connect(to.port, to.host, () => {
      port = socket.localPort!;
      socket.end(bytes, 'latin1');
    });
    let text = '';
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve({ text, port }));
  });
}

/** Answers with a `content-length` or a chunked body, one after the other. */
export function parseAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) throw new Error(`half an answer: ${rest.slice(0, 200)}`);
    const [line, ...lines] = rest.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(lines.map((header) => header.split(/: ?(.*)/s).slice(0, 2))) as Record<
      string,
      string
    >;
    rest = rest.slice(end + 4);
    let body = '';
    if (headers['transfer-encoding'] === 'chunked') {
      for (;;) {
        const lineEnd = rest.indexOf('\r\n');
        const size = Number.parseInt(rest.slice(0, lineEnd), 16);
        body += rest.slice(lineEnd + 2, lineEnd + 2 + size);
        rest = rest.slice(lineEnd + 4 + size);
        if (size === 0) break;
      }
    } else {
      const length = Number(headers['content-length'] ?? 0);
      body = rest.slice(0, length);
      rest = rest.slice(length);
    }
    answers.push({ status: Number(line!.split(' ')[1]), headers, body });
  }
  return answers;
}

/** Sends bytes and returns the answers until the far side closes. */
export async function rawAnswers(
  to: Endpoint,
  bytes: string | readonly string[],
  pieceEveryMs = 0,
): Promise<RawAnswer[]> {
  return parseAnswers(await rawBytes(to, bytes, pieceEveryMs));
}
