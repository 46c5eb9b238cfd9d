import { serveThread, threadData } from '../core/thread.js'
import { examine } from './doctor.js'
import type { Finding, Surroundings } from './finding.js'

const methods = {
  /** tells each finding as soon as it is made */
  examine: (_: undefined, { emit }: { emit: (finding: Finding) => void }): Promise<Finding[]> =>
    examine(threadData<Surroundings>(), { found: emit }),
}

export type DoctorThread = typeof methods
serveThread(methods)
