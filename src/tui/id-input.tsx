import { Text } from 'ink'
import type { ReactNode } from 'react'
import { theme } from './theme.js'

/** A line of text that is being typed. */
export function IdInput({ label, text, placeholder }: { label: string; text: string; placeholder: string }): ReactNode {
  return (
    <Text wrap="truncate-end">
      <Text bold>{label} </Text>
      {text}
      <Text color={theme.accent}>▏</Text>
      <Text dimColor>{text === '' ? placeholder : ''}</Text>
    </Text>
  )
}

/** The text after a key or a paste, and whether it was entered: a line end counts, also a pasted one. */
export function typed(
  text: string,
  input: string,
  key: { return: boolean; backspace: boolean; delete: boolean; ctrl: boolean; meta: boolean; tab: boolean },
): { text: string; entered: boolean } {
  if (key.return) return { text, entered: true }
  if (key.backspace || key.delete) return { text: text.slice(0, -1), entered: false }
  if (key.ctrl || key.meta || key.tab) return { text, entered: false }
  const [part, ...rest] = input.split(/[\r\n]/)
  return { text: text + part, entered: rest.length > 0 }
}
