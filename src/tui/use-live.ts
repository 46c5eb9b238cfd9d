import { useCallback, useRef, useState } from 'react'

export interface Live<T> {
  /** as drawn */
  state: T
  /** as it is now: of two keys in quick succession the second must meet what the first has changed, drawn or not */
  now: () => T
  change: (part: Partial<T>) => void
}

/** State that key handlers may read at any moment, not only as of the last drawing. */
export function useLive<T extends object>(initial: T): Live<T> {
  const [state, setState] = useState(initial)
  const latest = useRef(initial)
  const now = useCallback(() => latest.current, [])
  const change = useCallback((part: Partial<T>) => {
    latest.current = { ...latest.current, ...part }
    setState(latest.current)
  }, [])
  return { state, now, change }
}
