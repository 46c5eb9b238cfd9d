import type { Config } from '../config/schema.js'
import { serveThread, threadData, type Call } from '../core/thread.js'
import type { Snapshot } from '../features/snapshot.js'
import { evaluationSet, type ProtocolOptions } from '../protocol/evaluation-set.js'
import type { Level } from '../protocol/queries.js'
import { tableOf } from '../retrieve/baselines.js'
import { validationOrWhy } from '../retrieve/fit.js'
import { oracleOf } from '../retrieve/oracle.js'
import { inWorkspace } from '../workspace/workspace.js'
import { Judge, type JudgeOptions } from './judge.js'

/** What a thread is started with. */
export interface BaselinesThreadData {
  folder: string
  config: Config
  /** in shared memory */
  snapshot: Snapshot
  protocol: ProtocolOptions
  /** the slow ones that are asked for */
  baselines: readonly string[]
  options: JudgeOptions
}

const methods = {
  /** Judges all baselines at these levels; what is told is of type BaselineNews. */
  judge(levels: readonly Level[], call: Call): Promise<void> {
    const { folder, config, snapshot, protocol, baselines, options } = threadData<BaselinesThreadData>()
    return inWorkspace(folder, { config, readonly: true, snapshot }, async ({ store }) => {
      const judge = new Judge(snapshot, evaluationSet(snapshot, levels, protocol), options)
      const validation = validationOrWhy(snapshot, levels, protocol)
      await judge.baselines(
        {
          levels,
          baselines: tableOf(baselines),
          validation: typeof validation === 'string' ? undefined : validation,
          oracle: oracleOf(store),
        },
        (news) => call.emit(news),
      )
    })
  },
}

export type BaselinesThread = typeof methods
serveThread(methods)
