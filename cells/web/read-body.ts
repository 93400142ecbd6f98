import type { IncomingMessage } from 'node:http';
import { bodyBytesMax } from './validate.ts';

/**
 * The whole body as UTF-8 text. Past the limit nothing more is kept: the rest is read and dropped, so that the answer
 * still reaches a caller who is writing. Rejects where the caller goes away.
 */
export function readBody(request: IncomingMessage): Promise<string | { readonly kind: 'too-large' }> {
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) {
    return Promise.resolve('');
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bodyBytesMax) chunks.push(chunk);
      else resolve({ kind: 'too-large' });
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]!.toString() : Buffer.concat(chunks).toString()));
    request.on('error', reject);
    request.on('close', () => {
      // An error costs its stack even where nobody is left to hear of it.
      if (!request.readableEnded) reject(new Error('the caller went away'));
    });
  });
}
