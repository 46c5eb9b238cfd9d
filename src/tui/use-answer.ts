import { useCallback, useRef, useState } from 'react'
import { UserError } from '../core/errors.js'

/** What is known of a question that is answered later. */
export interface Answer<T> {
  /** what it is busy with, to be said beside a spinner */
  busy?: string
  error?: { message: string; hint: string }
  /** the last answer, on show until the next one is there */
  value?: T
}

/**
 * How screens load: the work is done elsewhere, in a thread or by the system, and keys go on meanwhile. Of two
 * questions under way the later one wins.
 */
export function useAnswer<T>(): [Answer<T>, ask: (busy: string, work: () => Promise<T>) => void] {
  const [answer, setAnswer] = useState<Answer<T>>({})
  const request = useRef(0)
  const ask = useCallback((busy: string, work: () => Promise<T>) => {
    const mine = ++request.current
    setAnswer(({ value }) => ({ value, busy }))
    work().then(
      (value) => {
        if (mine === request.current) setAnswer({ value })
      },
      (error: Error) => {
        const hint = error instanceof UserError ? error.hint : ''
        if (mine === request.current) setAnswer(({ value }) => ({ value, error: { message: error.message, hint } }))
      },
    )
  }, [])
  return [answer, ask]
}
