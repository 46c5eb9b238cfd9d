import { useEffect, useState } from 'react'
import type { Run } from '../inspect/runs.js'

/** The runs of the workspace, read again every second so that a running training is followed. */
export function useRuns(read: () => Run[], everyMs = 1000): Run[] {
  const [runs, setRuns] = useState(read)
  useEffect(() => {
    const timer = setInterval(() => setRuns(read()), everyMs)
    return () => clearInterval(timer)
  }, [read, everyMs])
  return runs
}
