import { Interrupted, UserError } from './errors.js'

/** An error as a message from a worker thread: classes do not survive being sent. */
export interface ThreadError {
  kind: 'user' | 'interrupted' | 'fault'
  message: string
  hint: string
  stack?: string
  code?: string
}

/** What a thread says of an error. */
export function describeError(error: unknown): ThreadError {
  if (error instanceof Interrupted) return { kind: 'interrupted', message: error.message, hint: error.hint }
  if (error instanceof UserError) return { kind: 'user', message: error.message, hint: error.hint }
  const { message, stack, code } = (error instanceof Error ? error : new Error(String(error))) as NodeJS.ErrnoException
  return { kind: 'fault', message, hint: '', stack, code }
}

/** The error that a thread described, to be thrown here. */
export function thrownError({ kind, message, hint, stack, code }: ThreadError): Error {
  if (kind === 'interrupted') return new Interrupted(hint)
  if (kind === 'user') return new UserError(message, hint)
  // a full disk is told by its code
  const error = code === undefined ? new Error(message) : Object.assign(new Error(message), { code })
  error.stack = stack ?? error.stack
  return error
}
