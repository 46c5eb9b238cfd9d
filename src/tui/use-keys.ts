import { useInput, type Key } from 'ink'
import { useCallback, useLayoutEffect, useRef } from 'react'

/**
 * Ink's useInput with one listener for the life of the component (Ink renews its own after each drawing, and what is
 * pressed in between meets an old one). What the handler decides on should come from useLive.
 */
export function useKeys(handler: (input: string, key: Key) => void): void {
  const latest = useRef(handler)
  useLayoutEffect(() => {
    latest.current = handler
  })
  useInput(useCallback((input: string, key: Key) => latest.current(input, key), []))
}
