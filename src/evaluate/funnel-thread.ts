import type { Config } from '../config/schema.js'
import { serveThread, threadData, type Call } from '../core/thread.js'
import type { Snapshot } from '../features/snapshot.js'
import { countryOf } from '../funnel/countries.js'
import { Funnel } from '../funnel/funnel.js'
import { rankerOf, withParts, type FunnelRuns } from '../funnel/l1/run-ranker.js'
import { evaluationSet, levelOf, type ProtocolOptions } from '../protocol/evaluation-set.js'
import type { Level } from '../protocol/queries.js'
import { oracleOf } from '../retrieve/oracle.js'
import type { Recommender } from '../retrieve/recommender.js'
import { inWorkspace } from '../workspace/workspace.js'
import { judgeFunnel, type FunnelJudged } from './funnel-lists.js'

/** What a thread is started with: the runs of the funnel, whose light ranker is trained. */
export interface FunnelThreadData {
  folder: string
  config: Config
  /** in shared memory */
  snapshot: Snapshot
  item: string
  advertiser?: string
  protocol: ProtocolOptions
}

const methods = {
  /** Judges the funnel as it would have been at the cutoff, and tells how many queries are done. */
  judge(levels: readonly Level[], call: Call): Promise<FunnelJudged> {
    const { folder, config, snapshot, item, advertiser, protocol } = threadData<FunnelThreadData>()
    return inWorkspace(folder, { config, readonly: true, snapshot }, async (workspace) => {
      const { store } = workspace
      const runs: FunnelRuns = { item: await workspace.run(item, 'item') }
      if (advertiser !== undefined) runs.advertiser = await workspace.run(advertiser, 'advertiser')
      const ranker = await rankerOf(workspace, runs, protocol)
      const set = evaluationSet(snapshot, levels, protocol)
      const oracle = oracleOf(store)
      const oracleAt = (level: Level): Recommender | undefined =>
        set.levels[level] &&
        oracle?.recommender(snapshot, levelOf(set, level).catalog, protocol.cutoff, protocol.windowDays)
      return withParts(workspace, runs, protocol, 'final', ({ parts, types, now, countries }) =>
        judgeFunnel(
          snapshot,
          set,
          {
            funnel: new Funnel(parts, types, config.funnel, ranker),
            now,
            countryOf: (user) => countryOf(countries, user),
          },
          { item: oracleAt('item'), advertiser: oracleAt('advertiser') },
          (queries) => call.emit(queries),
        ),
      )
    })
  },
}

export type FunnelThread = typeof methods
serveThread(methods)
