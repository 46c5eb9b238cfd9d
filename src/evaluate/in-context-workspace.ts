import { join } from 'node:path'
import { writeFileAtomic } from '../core/atomic.js'
import { UserError } from '../core/errors.js'
import { countryOf } from '../funnel/countries.js'
import { Funnel } from '../funnel/funnel.js'
import { funnelRuns, keptRanker, withParts } from '../funnel/l1/run-ranker.js'
import { levelOf, protocolOfRun } from '../protocol/evaluation-set.js'
import { searchSet, type SearchSet } from '../protocol/search-set.js'
import { hybridRecommender, modelOf, towerRecommender } from '../retrieve/model.js'
import type { Recommender } from '../retrieve/recommender.js'
import { runWeights } from '../retrieve/run-model.js'
import type { LoadedRun } from '../runs/load.js'
import { findRun } from '../runs/manifest.js'
import { runFolder } from '../store/paths.js'
import type { Workspace } from '../workspace/workspace.js'
import { kept } from './evaluate-workspace.js'
import { evaluateInContext, funnelInContext, type InContextReport } from './in-context.js'

/** Days after a search in which what is bought counts as its outcome. */
const DAYS = 7

/**
 * Judges an item run in the contexts of the searches of its window, alone, as the hybrid that is served, and through
 * the funnel, and keeps the report in the folder of the run.
 * @param run an id, or the latest item run where absent
 * @throws UserError when the run was trained without context, or there is no search to judge it by
 */
export async function evaluateInContextWorkspace(
  workspace: Workspace,
  run = 'latest',
): Promise<{ report: InContextReport; path?: string }> {
  const { folder, config, snapshot, progress } = workspace
  const manifest = findRun(folder, run, 'item')
  const loaded = await workspace.run(manifest.id, 'item')
  if (!loaded.encoder.readsContext)
    throw new UserError(
      `Run ${manifest.id} was trained without context, so there is nothing to compare.`,
      'Train one that takes it in: adseq train item --set model.context=true',
    )
  const { at, bootstrap: samples } = config.eval
  const protocol = protocolOfRun(config.eval, manifest.cutoff)
  const { cutoff } = protocol
  const set = searchSet(snapshot, DAYS, protocol)
  const model = modelOf(loaded)
  const { catalog } = levelOf(set, 'item')
  progress.start(`recall after ${set.queries.users.length} searches`)
  const towers = await towerRecommender(model.name, model, catalog, cutoff, await workspace.products(model.width))
  const recommenders: Recommender[] = [towers]
  const { item } = (await runWeights(workspace, loaded, protocol)).weights
  if (item) recommenders.push(hybridRecommender(snapshot, { recommender: towers, catalog }, catalog, item, cutoff))
  const { rows, positives } = await evaluateInContext(snapshot, set, recommenders, {
    at,
    bootstrap: { samples, seed: protocol.seed },
  })
  progress.finish('')
  progress.start('the same through the funnel')
  const funnel = await throughFunnel(workspace, loaded, set)
  progress.finish('')
  const report: InContextReport = {
    version: 1,
    run: manifest.id,
    protocol,
    data: { hash: snapshot.hash },
    days: DAYS,
    searches: set.searches,
    followed: set.queries.users.length,
    positives,
    entries: catalog.size,
    rows,
    funnel,
  }
  const path = join(runFolder(folder, manifest.id), `eval-context-${protocol.hash}.json`)
  const saved = kept(() => {
    writeFileAtomic(path, `${JSON.stringify(report, undefined, 2)}\n`)
    return path
  })
  return { report, path: saved }
}

/** The funnel of a run as of the cutoff, by the light ranker that is kept, or by fused ranks where there is none. */
async function throughFunnel(
  workspace: Workspace,
  item: LoadedRun,
  set: SearchSet,
): Promise<InContextReport['funnel']> {
  const { protocol } = set
  const runs = await funnelRuns(workspace, item)
  const ranker = keptRanker(workspace, runs, protocol)?.ranker
  return withParts(workspace, runs, protocol, 'final', async ({ parts, types, now, countries }) => {
    const funnel = new Funnel(parts, types, workspace.config.funnel, ranker)
    const source = { funnel, now, countryOf: (user: number) => countryOf(countries, user) }
    return { rankedBy: funnel.rankedBy, rows: await funnelInContext(set, source) }
  })
}
