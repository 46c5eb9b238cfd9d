import { withThread, type Thread } from '../core/thread.js'
import type { DoctorThread } from './doctor-thread.js'
import type { Finding, Surroundings } from './finding.js'

/** The examination in a thread of its own: checksums and native modules hold up whoever loads them. */
export function examineInThread(surroundings: Surroundings, found: (finding: Finding) => void): Promise<Finding[]> {
  return withThread(new URL('./doctor-thread', import.meta.url), surroundings, (thread: Thread<DoctorThread>) =>
    thread.ask('examine', undefined, { onEvent: (finding) => found(finding as Finding) }),
  )
}
