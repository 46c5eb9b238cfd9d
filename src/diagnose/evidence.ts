import type { TrainConfig } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { DAY } from '../core/time.js'
import { measure } from '../evaluate/measure.js'
import { conversionMask } from '../features/snapshot.js'
import { readManifest as readGeneration } from '../generations/files.js'
import type { Queries } from '../protocol/queries.js'
import { VISIT_GAP } from '../retrieve/baskets.js'
import { BANDS, bandShares, popularityBands } from '../evaluate/popularity-bands.js'
import { evaluationSet, levelOf, protocolOfRun, sampleQueries } from '../protocol/evaluation-set.js'
import { OwnRepeats } from '../retrieve/own-history.js'
import { modelOf, towerRecommender } from '../retrieve/model.js'
import { PopularityRecommender, conversionCounts } from '../retrieve/popularity.js'
import type { Recommender } from '../retrieve/recommender.js'
import { MetricsLog } from '../runs/metrics-log.js'
import type { Manifest } from '../runs/manifest.js'
import type { StepRecord, ValidationRecord } from '../runs/records.js'
import { pathsOf, runFolder } from '../store/paths.js'
import { count } from '../text/numbers.js'
import type { Workspace } from '../workspace/workspace.js'

/** Users whose results are looked at. */
const USERS = 500
/** Results of a user that are looked at. */
const LISTED = 10

/** What the training of a run said of itself. */
export interface TrainingEvidence {
  train: Pick<TrainConfig, 'steps' | 'logq' | 'learningRate' | 'uniformNegatives'>
  /** of the select phase, in order */
  steps: readonly StepRecord[]
  validations: readonly ValidationRecord[]
}

/** What the model does for users with conversions in the window after its cutoff. */
export interface ResultsEvidence {
  kind: 'item' | 'advertiser'
  users: number
  /** recall@10 of the model alone, of best sellers and of what the user dealt with most often */
  recall: { model: number; popularity: number; ownRepeats: number }
  /** mean cosine of the vectors of two users */
  alike: number
  /** distinct lists of ten over users */
  distinctLists: number
  /** [BANDS + 1] shares of results by popularity; the last band has no conversion yet */
  bands: readonly number[]
  /** share of the conversions that are about an entry without a conversion by the cutoff, or unknown then */
  cold: number
  /** share of the places of the user tower's sequences that no event of these histories fills */
  padding: number
  /** events that a sequence has room for */
  length: number
  /** share of the conversions in visits that the cutoff cuts: the history holds their beginning */
  cut: number
}

/** What was measured of the published index that was built of a run. */
export interface IndexEvidence {
  generation: string
  /** share of the exact top `at` that a search finds, over `queries` users */
  recall: number
  at: number
  queries: number
  /** what index.recall asks for */
  wanted: number
}

/** The published generation, where it was built of this run, is searched by a graph, and was measured. */
export function indexEvidence({ folder, store, config }: Workspace, { id }: Manifest): IndexEvidence | undefined {
  const published = store.currentGeneration()
  if (!published) return undefined
  const { generation, itemRun, index, recall } = readGeneration(pathsOf(folder).index, published)
  if (itemRun !== id || index.search === 'exact' || !recall) return undefined
  return { generation, ...recall, wanted: config.index.recall }
}

/** @throws UserError when the run's settings are damaged */
export function trainingEvidence(folder: string, { id }: Manifest, train: TrainConfig): TrainingEvidence {
  const records = new MetricsLog(runFolder(folder, id)).read()
  return {
    train,
    steps: records.filter((r): r is StepRecord => r.type === 'step' && r.phase === 'select'),
    validations: records.filter((r): r is ValidationRecord => r.type === 'validation'),
  }
}

/**
 * Looks at the results of a run for a sample of users who convert in the window after its cutoff; undefined where
 * there is nothing to find.
 */
export async function resultsEvidence(workspace: Workspace, manifest: Manifest): Promise<ResultsEvidence | undefined> {
  const { snapshot, config } = workspace
  const { kind } = manifest
  const protocol = protocolOfRun(config.eval, manifest.cutoff)
  const set = orNothing(() => sampleQueries(evaluationSet(snapshot, [kind], protocol), USERS, protocol.seed))
  if (!set || !levelOf(set, kind).positives.some((entry) => entry >= 0)) return undefined
  const { catalog, positives, counts } = levelOf(set, kind)
  const model = modelOf(await workspace.run(manifest.id, kind))
  const products = await workspace.products(model.width)
  const tower = await towerRecommender(model.name, model, catalog, protocol.cutoff, products)
  workspace.progress.start(`look at the results of ${count(set.queries.users.length)} users`)
  const conversions = conversionCounts(snapshot, catalog, protocol.cutoff)
  const bandOf = popularityBands(conversions)
  const bands = new Float64Array(BANDS + 1)
  const lists = new Set<string>()
  let listed = 0
  const recallOf = async (
    recommender: Recommender,
    onList?: (q: number, list: Int32Array) => void,
  ): Promise<number> => {
    const bootstrap = { samples: 0, seed: protocol.seed }
    const [{ metrics }] = await measure(snapshot, set, recommender, { bootstrap, onList })
    return metrics.recall['10']
  }
  const recall = {
    model: await recallOf(tower, (_, list) => {
      const shown = list.subarray(0, LISTED)
      for (const entry of shown) bands[bandOf[entry]]++
      lists.add([...shown].sort((a, b) => a - b).join())
      listed++
    }),
    popularity: await recallOf(new PopularityRecommender(snapshot, catalog, protocol.cutoff, 30)),
    ownRepeats: await recallOf(new OwnRepeats(catalog)),
  }
  workspace.progress.finish()
  const sum = (of: (entry: number) => boolean): number =>
    positives.reduce((n, entry, p) => n + (of(entry) ? counts[p] : 0), 0)
  return {
    kind,
    users: listed,
    recall,
    alike: meanCosine(await tower.vectors(set.queries), model.width),
    distinctLists: lists.size,
    bands: bandShares(bands),
    padding: paddingOf(set.queries, model.length),
    length: model.length,
    cut: cutShare(set.queries, protocol.windowDays),
    cold: sum((entry) => entry < 0 || conversions[entry] === 0) / sum(() => true),
  }
}

/** Share of n sequences of this length that stays empty. */
export function paddingOf({ events, users, ends }: Queries, length: number): number {
  let filled = 0
  users.forEach((user, q) => (filled += Math.min(length, ends[q] - events.offsets[user])))
  return 1 - filled / (users.length * length)
}

/** Share of the conversions of a window that are in the visit which the cutoff cuts: half an hour ends one. */
export function cutShare({ events, users, ends, moment }: Queries, windowDays: number): number {
  const { offsets, eventTime, eventType } = events
  let [cut, all] = [0, 0]
  users.forEach((user, q) => {
    const to = (typeof moment === 'number' ? moment : moment[q]) + windowDays * DAY
    let goesOn = ends[q] > offsets[user]
    for (let row = ends[q]; row < offsets[user + 1] && eventTime[row] <= to; row++) {
      goesOn &&= eventTime[row] - eventTime[row - 1] <= VISIT_GAP
      if (conversionMask[eventType[row]] === 0) continue
      all++
      if (goesOn) cut++
    }
  })
  return all === 0 ? 0 : cut / all
}

/** The mean cosine of two different rows of unit length: (|sum of rows|^2 - n) / (n (n - 1)). */
export function meanCosine(vectors: Float32Array, width: number): number {
  const n = vectors.length / width
  if (n < 2) return 0
  const sum = new Float64Array(width)
  vectors.forEach((x, i) => (sum[i % width] += x))
  return (sum.reduce((s, x) => s + x * x, 0) - n) / (n * (n - 1))
}

/** What `make` gives; undefined where the data has nothing to find. */
function orNothing<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}
