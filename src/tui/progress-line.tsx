import { Text } from 'ink'
import type { ReactNode } from 'react'
import { theme } from './theme.js'

/** A bar of `width` columns: heavy where done, light where not, so that it reads without colour. */
export function Bar({ done, total, width }: { done: number; total: number; width: number }): ReactNode {
  const full = total > 0 ? Math.min(width, Math.max(0, Math.round((done / total) * width))) : 0
  return (
    <Text wrap="truncate-end">
      <Text color={theme.accent}>{'━'.repeat(full)}</Text>
      <Text dimColor>{'─'.repeat(width - full)}</Text>
    </Text>
  )
}

/** "label value" pairs side by side, labels dim. */
export function Facts({ facts }: { facts: readonly (readonly [string, string])[] }): ReactNode {
  return (
    <Text wrap="truncate-end">
      {facts.map(([label, value], i) => (
        <Text key={label}>
          {i > 0 ? '   ' : ''}
          <Text dimColor>{label} </Text>
          {value}
        </Text>
      ))}
    </Text>
  )
}
