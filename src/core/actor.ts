/**
 * Who acts. A buyer acts on their own orders; an admin is somebody the host has already authenticated and trusts with
 * money; `system` is a job; `provider` is a verified notice. The host builds the actor from its own session, never from
 * a request body.
 */
export type Actor = {
  readonly kind: 'buyer' | 'admin' | 'system' | 'provider'
  readonly id: string
}

/** Through which of the three doors a change came. */
export type Cause = 'request' | 'webhook' | 'job'
