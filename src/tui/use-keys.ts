import { useInput, type Key } from 'ink'
import { useCallback, useLayoutEffect, useRef } from 'react'

export type KeyHandler = (input: string, key: Key) => void

/**
 * Ink's useInput with one listener for the life of the component (Ink renews its own after each drawing, and what is
 * pressed in between meets an old one). What the handler decides on should come from useLive.
 */
export function useKeys(handler: KeyHandler): void {
  const latest = useRef(handler)
  useLayoutEffect(() => {
    latest.current = handler
  })
  useInput(useCallback((input: string, key: Key) => latest.current(input, key), []))
}

/** The keys of a screen: the application hands on those that come while it is on show, each to one screen alone. */
export function useScreenKeys(onKeys: (handler: KeyHandler) => void, handler: KeyHandler): void {
  useLayoutEffect(() => {
    onKeys(handler)
  })
}

/** Rows that a key moves a cursor by; 0: it is no such key. */
export function rowsOf(input: string, key: Key): number {
  if (key.upArrow || input === 'k') return -1
  if (key.downArrow || input === 'j') return 1
  return key.pageUp ? -10 : key.pageDown ? 10 : 0
}

/** Panes that a key moves by. */
export function panesOf(input: string, key: Key): number {
  return key.leftArrow || input === 'h' ? -1 : key.rightArrow || input === 'l' ? 1 : 0
}

/** A cursor moved within so many rows. */
export const within = (cursor: number, rows: number): number => Math.max(0, Math.min(rows - 1, cursor))
