import { useCallback, useEffect, useRef, useState } from 'react'
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
        if (mine === request.current) setAnswer(({ value }) => ({ value, error: toldOf(error) }))
      },
    )
  }, [])
  return [answer, ask]
}

/** What is asked again and again while a screen is on show, each time some time after the answer before. */
export function useFollowed<T>(work: () => Promise<T>, shown: boolean, busy: string, everyMs = 2000): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ busy })
  useEffect(() => {
    if (!shown) return
    let timer: NodeJS.Timeout | undefined
    let over = false
    const again = (): void => {
      work()
        .then((value) => over || setAnswer({ value }))
        .catch((error: Error) => over || setAnswer(({ value }) => ({ value, error: toldOf(error) })))
        .finally(() => {
          if (!over) timer = setTimeout(again, everyMs)
        })
    }
    again()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [work, shown, everyMs])
  return answer
}

const toldOf = (error: Error): { message: string; hint: string } => ({
  message: error.message,
  hint: error instanceof UserError ? error.hint : '',
})
