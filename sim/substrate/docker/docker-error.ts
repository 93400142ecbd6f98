/**
 * The Docker engine cannot be used, or not for this; the message is a sentence with the next step.
 * - `no-engine`: nothing listens where one was looked for
 * - `no-permission`: it is there, and this user may not talk to it
 * - `too-old`: it speaks no API that has what Petri needs
 * - `hanging`: it takes connections and does not answer
 * - `remote`: it is another machine's, and nobody said that this is wanted
 * - `not-an-engine`: what answers is something else, or one that runs no Linux containers
 * - `no-context`: the Docker context or DOCKER_HOST that was named cannot be read
 * - `no-image`: an image is not at hand and cannot be pulled or built
 * - `no-space`: its disk is nearly full
 * - `failed`: it refused or broke off what it was asked for
 */
export type DockerErrorCode =
  | 'no-engine'
  | 'no-permission'
  | 'too-old'
  | 'hanging'
  | 'remote'
  | 'not-an-engine'
  | 'no-context'
  | 'no-image'
  | 'no-space'
  | 'failed';

export class DockerError extends Error {
  override readonly name = 'DockerError';
  readonly code: DockerErrorCode;

  constructor(code: DockerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
