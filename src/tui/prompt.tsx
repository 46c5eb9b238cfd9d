import { Text, type Key } from 'ink'
import type { ReactNode } from 'react'
import type { Typing } from './screen.js'
import { theme } from './theme.js'
import { useLive } from './use-live.js'

/** A line of text that is being typed. */
export function PromptLine({ label, text, hint }: { label: string; text: string; hint: string }): ReactNode {
  return (
    <Text wrap="truncate-end">
      <Text bold>{label} </Text>
      {text}
      <Text color={theme.accent}>▏</Text>
      <Text dimColor>{text === '' ? hint : ''}</Text>
    </Text>
  )
}

export interface Prompt {
  text: string
  open: () => void
  /** takes a key where text is being typed, and says so */
  took: (input: string, key: Key) => boolean
}

/** Text that is typed into a screen. @param onEnter is not called for an empty line */
export function usePrompt(typing: Typing, onEnter: (text: string) => void, onChange?: (text: string) => void): Prompt {
  const { state, now, change } = useLive({ text: '' })
  return {
    text: state.text,
    open() {
      change({ text: '' })
      typing.set(true)
    },
    took(input, key) {
      if (!typing.on()) return false
      const before = now().text
      const { text, entered } = typed(before, input, key)
      change({ text })
      if (text !== before) onChange?.(text)
      if (entered && text.trim() !== '') onEnter(text.trim())
      if (entered || key.escape) typing.set(false)
      return true
    },
  }
}

/** The text after a key or a paste, and whether it was entered: a line end counts, also a pasted one. */
function typed(text: string, input: string, key: Key): { text: string; entered: boolean } {
  if (key.return) return { text, entered: true }
  if (key.backspace || key.delete) return { text: text.slice(0, -1), entered: false }
  if (key.ctrl || key.meta || key.tab || key.escape) return { text, entered: false }
  const [part, ...rest] = input.split(/[\r\n]/)
  return { text: text + part, entered: rest.length > 0 }
}
