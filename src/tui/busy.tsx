import { Spinner } from '@inkjs/ui'
import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { theme } from './theme.js'

/** A spinner and what is being done; three dots instead where colours are off, as the spinner has its own. */
export function Busy({ label }: { label: string }): ReactNode {
  if (theme.accent === undefined) return <Text>… {label}</Text>
  return (
    <Box>
      <Spinner label={label} />
    </Box>
  )
}
