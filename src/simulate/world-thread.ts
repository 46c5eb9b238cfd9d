import { silent } from '../core/progress.js'
import { serveThread, threadData, type Call } from '../core/thread.js'
import type { Config } from '../config/schema.js'
import { Workspace } from '../workspace/workspace.js'
import { presetOf, type Assignment } from './arms.js'
import { live } from './live.js'
import type { Shown, Choice, DayEnd } from './outcomes.js'
import { settingOf, type SimulateOptions } from './setting.js'

/** What a thread is started with. */
export interface WorldThreadData {
  folder: string
  config: Config
  preset: string
  options: SimulateOptions
}

/** A world to live: who is in which arm. */
export interface WorldRequest {
  /** [users] index of the arm */
  armOf: Uint8Array
  budgets: Assignment['budgets']
  choices?: boolean
  /** ads that were shown are sent back at the end */
  keep: boolean
}

/** What was asked to be kept of a world. */
export interface WorldLog {
  shown: Shown[]
  choices: Choice[]
}

const { folder, config, preset, options } = threadData<WorldThreadData>()
const workspace = new Workspace(folder, { config, readonly: true, progress: silent })
const setting = settingOf(workspace, options)
// whoever asks is told
setting.catch(() => {})

const methods = {
  /** Lives a world; every day is told as it ends. */
  async live({ armOf, budgets, keep, choices }: WorldRequest, call: Call): Promise<WorldLog> {
    const log: WorldLog = { shown: [], choices: [] }
    const { arms } = presetOf(preset)
    for await (const day of live(await setting, { arms, armOf, budgets, choices }, options.days)) {
      call.signal.throwIfAborted()
      if (keep) log.shown.push(...day.shown)
      log.choices.push(...day.choices)
      call.emit({ ...day, shown: [], choices: [] } satisfies DayEnd)
    }
    return log
  },
  async close(): Promise<void> {
    await setting.catch(() => {})
    await workspace.close()
  },
}
export type WorldThreadApi = typeof methods
serveThread(methods)
