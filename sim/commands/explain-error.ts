import { Failure, exitCodes } from './failure.ts';

/** An error as the front door prints it. */
export interface Explained {
  readonly exitCode: number;
  readonly message: string;
  /** One of ours: the reader is asked to tell us. */
  readonly isBug: boolean;
}

/** Every error that can reach the front door, as a sentence and an exit code. By code, so that no class must be loaded for it. */
export function explainError(error: unknown): Explained {
  if (error instanceof Failure) return { exitCode: error.exitCode, message: error.message, isBug: false };
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
  const text = typeof message === 'string' && message !== '' ? message : String(error);
  if (name === 'RpcError' || name === 'StateFolderError' || name === 'RunFolderError') {
    switch (code) {
      case 'usage':
        return { exitCode: exitCodes.usage, message: text, isBug: false };
      case 'unproven':
        return { exitCode: exitCodes.unproven, message: text, isBug: false };
      case 'unavailable':
        return { exitCode: exitCodes.unavailable, message: text, isBug: false };
      case 'not-sent':
      case 'unknown':
        return {
          exitCode: exitCodes.unavailable,
          message: `the world's supervisor went away: ${text}. Look with petri doctor.`,
          isBug: false,
        };
      case 'no-such-method':
        return {
          exitCode: exitCodes.unavailable,
          message: `the world that is up was grown by another version of Petri (${text}): end it with petri down, then grow it again`,
          isBug: false,
        };
    }
  }
  // Of the Docker engine or of images: every one of them is something of the environment's, and says what to do.
  if (name === 'DockerError') return { exitCode: exitCodes.unavailable, message: text, isBug: false };
  if (code === 'EACCES' || code === 'EPERM' || code === 'ENOSPC' || code === 'EROFS' || code === 'EMFILE')
    return { exitCode: exitCodes.unavailable, message: `the system refused: ${text}`, isBug: false };
  return { exitCode: exitCodes.bug, message: text, isBug: true };
}
