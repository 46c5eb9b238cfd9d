/**
 * A mistake the user can mend. Rendered as two lines (what is wrong, what to try) with exit code 2 and no stack.
 * Everything else that is thrown is a fault of ours and exits with 1.
 */
export class UserError extends Error {
  readonly hint: string

  /** @param message what is wrong, one sentence @param hint what to do about it, one sentence */
  constructor(message: string, hint: string) {
    super(message)
    this.name = 'UserError'
    this.hint = hint
  }
}

/** Thrown when the user interrupts (Ctrl-C): state is kept and `hint` says how to resume. Exit code 130. */
export class Interrupted extends UserError {
  constructor(hint: string, message = 'Interrupted; what was done is kept.') {
    super(message, hint)
    this.name = 'Interrupted'
  }
}

/** True for an error with a Node error code such as ENOENT. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
