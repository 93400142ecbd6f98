/** A run that cannot be read: says what is wrong, where, and what to do. */
export class RunFolderError extends Error {
  override readonly name = 'RunFolderError';
  readonly code = 'usage';
}
