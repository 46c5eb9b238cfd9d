import { useStdout } from 'ink'
import { useEffect, useState } from 'react'

export interface WindowSize {
  columns: number
  rows: number
}

/** The size of the terminal, followed as it is resized; 80 x 24 where it is not known. */
export function useWindow(): WindowSize {
  const { stdout } = useStdout()
  const [size, setSize] = useState(() => sizeOf(stdout))
  useEffect(() => {
    const resized = (): void => setSize(sizeOf(stdout))
    stdout.on('resize', resized)
    return () => {
      stdout.off('resize', resized)
    }
  }, [stdout])
  return size
}

function sizeOf(stdout: NodeJS.WriteStream): WindowSize {
  return { columns: stdout.columns || 80, rows: stdout.rows || 24 }
}
