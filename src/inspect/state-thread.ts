import { serveThread, threadData } from '../core/thread.js'
import { workspaceState, type WorkspaceState } from './state.js'

const { folder } = threadData<{ folder: string }>()

const methods = { state: (): WorkspaceState => workspaceState(folder) }

export type StateThread = typeof methods
serveThread(methods)
