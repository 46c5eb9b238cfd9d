import { nearest } from '../config/nearest-key.js'

/** The name that a mistyped one was meant to be; undefined where none is near. */
export function didYouMean(typed: string, names: readonly string[]): string | undefined {
  // one that was cut short, or has too much at its end, is nearer than its distance says
  const start = names.filter((name) => name.startsWith(typed) || typed.startsWith(name))
  return start.length === 1 && typed.length > 1 ? start[0] : nearest(typed, names)
}
