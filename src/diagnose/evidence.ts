import type { TrainConfig } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { measure } from '../evaluate/measure.js'
import { BANDS, bandShares, popularityBands } from '../evaluate/popularity-bands.js'
import { evaluationSet, levelOf, protocolOfRun, sampleQueries } from '../protocol/evaluation-set.js'
import { OwnRepeats } from '../retrieve/own-history.js'
import { modelOf, towerRecommender } from '../retrieve/model.js'
import { PopularityRecommender, conversionCounts } from '../retrieve/popularity.js'
import type { Recommender } from '../retrieve/recommender.js'
import { MetricsLog } from '../runs/metrics-log.js'
import type { Manifest } from '../runs/manifest.js'
import type { StepRecord, ValidationRecord } from '../runs/records.js'
import { runFolder } from '../store/paths.js'
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
    cold: sum((entry) => entry < 0 || conversions[entry] === 0) / sum(() => true),
  }
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
