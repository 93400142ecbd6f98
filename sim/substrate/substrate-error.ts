/**
 * A part could not be brought into the state asked for.
 * - `start-failed`: it died before it served, or did not serve in time; the message carries the end of its log
 * - `not-running`: nothing runs at that address that could be paused or resumed
 * - `destroyed`: the substrate has already ended everything
 * - `not-here`: this substrate cannot do that at all
 * - `refused`: it was asked and said no (a memory limit below what is used); the message carries its reason
 * - `unavailable`: what it stands on is gone or does not answer (a Docker engine that was stopped)
 */
export type SubstrateErrorCode = 'start-failed' | 'not-running' | 'destroyed' | 'not-here' | 'refused' | 'unavailable';

export class SubstrateError extends Error {
  override readonly name = 'SubstrateError';
  readonly code: SubstrateErrorCode;

  constructor(code: SubstrateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
