/**
 * Why a framed call did not return a value.
 *
 * `not-sent` and `unknown` are said by the client's own side; every other code comes from the server:
 * - `not-sent`: the request surely never left, so it surely had no effect.
 * - `unknown`: it was written, and no answer came (the connection broke or time ran out): it may have taken effect.
 */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
