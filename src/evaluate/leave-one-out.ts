import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { RankCounter } from '../ann/exact.js'
import { writeFileAtomic } from '../core/atomic.js'
import { hashJson } from '../core/hash.js'
import { type Progress } from '../core/progress.js'
import { DAY } from '../core/time.js'
import { CORE, type LeaveOneOut } from '../protocol/leave-one-out.js'
import type { Snapshot } from '../features/snapshot.js'
import { timeRange } from '../protocol/cutoff.js'
import { catalogAt } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import type { Recommender } from '../retrieve/recommender.js'
import { groundOf, type Baseline } from '../retrieve/baselines.js'
import { scoreRows } from '../retrieve/recommender.js'
import { bootstrapRatios } from './intervals.js'
import {
  levelOf,
  protocolOf,
  sampleQueries,
  type EvaluationSet,
  type ProtocolOptions,
} from '../protocol/evaluation-set.js'
import { FIT_USERS, canFit } from '../retrieve/fit.js'
import { OwnHistory } from '../retrieve/own-history.js'
import { count } from '../text/numbers.js'

/** hit rate and NDCG are cut at these */
export const HIT_AT = [5, 10, 20] as const

/** Hit rate and NDCG over users. */
export interface LeaveOneOutFigures {
  /** users whose held-out item can be found: all, or those to whom it is new */
  users: number
  /** share of users whose held-out item is among the K best */
  hr: Record<string, number>
  hrInterval: Record<string, [number, number]>
  /** mean of 1 / log2(1 + rank) where the rank is at most K, else 0 */
  ndcg: Record<string, number>
  ndcgInterval: Record<string, [number, number]>
}

/** The figures of one row: those of eval.history, and both ways of treating a user's own history. */
export interface LeaveOneOutRow extends LeaveOneOutFigures {
  name: string
  kind: Recommender['kind']
  run?: string
  /** items of the user's history are ranked as all others are */
  kept: LeaveOneOutFigures
  /** they are neither ranked nor to be found, as in most published protocols */
  masked: LeaveOneOutFigures
}

/**
 * What `adseq eval --protocol leave-one-out --json` prints. It compares with published papers and with nothing else.
 */
export interface LeaveOneOutReport {
  version: 1
  kind: 'item'
  protocol: { name: 'leave-one-out'; core: number; history: History; seed: number; hash: string }
  data: { hash: string }
  runs: string[]
  users: number
  items: number
  rows: LeaveOneOutRow[]
  notes: string[]
}

export type History = ProtocolOptions['history']

export interface LeaveOneOutOptions {
  seed: number
  /** which figures come first, and what the control's weights are fitted for */
  history: History
  bootstrap: number
  baselines: readonly Baseline[]
  /** models as recommenders for the queries and catalog of the test */
  models: readonly { run: string; make: (set: EvaluationSet) => Promise<Recommender> }[]
  progress: Progress
}

/**
 * One held-out item a user as an evaluation set: histories are whole in `history`, every item of the core is ranked.
 * Where the history is masked, users who met their item before have nothing to be found.
 */
export function heldOutSet(
  history: Snapshot,
  users: Int32Array,
  { item: items, time }: LeaveOneOut['test'],
  { seed, masked }: { seed: number; masked: boolean },
): EvaluationSet {
  const cutoff = timeRange(history).last
  // an item whose every conversion is held out is still of the core and ranked
  const catalog = catalogAt(history, 'item', 0xfffffffe)
  const own = new OwnHistory(catalog)
  const queries: Queries = {
    events: history,
    users,
    ends: users.map((user) => history.offsets[user + 1]),
    // every user is seen at the day of their held-out conversion, which is when they would be asked about
    moment: time.map((t) => Math.ceil(t / DAY) * DAY),
  }
  const [offsets, knownOffsets] = [new Uint32Array(users.length + 1), new Uint32Array(users.length + 1)]
  const [positives, fresh, known]: number[][] = [[], [], []]
  users.forEach((_, q) => {
    const entry = catalog.entryOf[items[q]]
    const { distinct } = own.read(queries, q)
    const isNew = !distinct.includes(entry)
    if (isNew || !masked) {
      positives.push(entry)
      fresh.push(isNew ? 1 : 0)
    }
    known.push(...distinct)
    offsets[q + 1] = positives.length
    knownOffsets[q + 1] = known.length
  })
  return {
    protocol: protocolOf({ cutoff, windowDays: 1, indexSize: 0, history: masked ? 'masked' : 'kept', seed }),
    queries,
    levels: {
      item: {
        catalog,
        offsets,
        positives: Int32Array.from(positives),
        types: new Uint8Array(positives.length),
        counts: new Uint32Array(positives.length).fill(1),
        fresh: Uint8Array.from(fresh),
        knownOffsets,
        known: Int32Array.from(known),
        missed: { users: 0, byType: new Float64Array(256) },
      },
    },
  }
}

/** Judges models and baselines by the held-out conversion of every user, ranked in the whole core. */
export async function evaluateLeaveOneOut(
  split: LeaveOneOut,
  dataHash: string,
  options: LeaveOneOutOptions,
): Promise<LeaveOneOutReport> {
  const { seed, history, bootstrap, progress } = options
  const set = heldOutSet(split.history, split.users, split.test, { seed, masked: false })
  const fitting = heldOutSet(split.training, split.users, split.validation, { seed, masked: history === 'masked' })
  const validation = sampleQueries(fitting, FIT_USERS, seed)
  const rows: LeaveOneOutRow[] = []
  const add = async (recommender: Recommender, run?: string): Promise<void> => {
    progress.start(recommender.name, split.users.length, 'users')
    const ranks = await ranksOf(set, recommender, (done) => progress.update(done))
    const { fresh } = levelOf(set, 'item')
    const figures = {
      kept: metricsOf(ranks.kept, bootstrap, seed),
      masked: metricsOf(
        ranks.masked.filter((_, q) => fresh[q] === 1),
        bootstrap,
        seed,
      ),
    }
    const { name, kind } = recommender
    const row: LeaveOneOutRow = { name, kind, ...(run && { run }), ...figures[history], ...figures }
    rows.push(row)
    progress.finish(`HR@10 ${row.hr['10'].toFixed(4)} over ${count(row.users)} users`)
  }
  for (const { run, make } of options.models) await add(await make(set), run)
  const fits = canFit(validation, 'item')
  const ground = { ...groundOf(split.history, set, 'item', fits ? validation : undefined), validatedOn: split.training }
  for (const baseline of options.baselines)
    if (fits || !baseline.fitted) await add((await baseline.make(ground)).recommender)
  return {
    version: 1,
    kind: 'item',
    protocol: {
      name: 'leave-one-out',
      core: CORE,
      history,
      seed,
      hash: hashJson({ name: 'leave-one-out', VERSION: 2, CORE, history, seed }),
    },
    data: { hash: dataHash },
    runs: options.models.map(({ run }) => run),
    users: split.users.length,
    items: split.items,
    rows,
    notes: [
      'for comparison with published papers only: what other users do later is known here, and lines of the same ' +
        'basket stay in the history, so figures are higher than a system would see.',
      ...(fits
        ? []
        : ['nobody converted last but one on something new to them, so no weights of a control can be fitted.']),
      ...(options.models.length === 0
        ? [
            'there is no finished run of this protocol: only baselines are judged. Train one: adseq train item ' +
              '--set eval.protocol=leave-one-out.',
          ]
        : []),
    ],
  }
}

async function ranksOf(
  set: EvaluationSet,
  recommender: Recommender,
  onProgress: (queries: number) => void,
): Promise<Record<History, Float64Array>> {
  const { positives, known, knownOffsets } = levelOf(set, 'item')
  const [kept, masked] = [new Float64Array(positives.length), new Float64Array(positives.length)]
  const ranker = new RankCounter(Math.max(...HIT_AT))
  const each = (q: number, row: Float32Array): void => {
    const own = known.subarray(knownOffsets[q], knownOffsets[q + 1])
    const [one, without] = [kept, masked].map((ranks) => ranks.subarray(q, q + 1))
    ranker.count(row, positives.subarray(q, q + 1), one, own, without)
  }
  await scoreRows(recommender, set.queries, each, onProgress)
  return { kept, masked }
}

/** HR@K and NDCG@K of one relevant item a user (Järvelin & Kekäläinen 2002, with one relevant result). */
export function metricsOf(ranks: Float64Array, bootstrap: number, seed: number): LeaveOneOutFigures {
  const hits = HIT_AT.map((K) => ranks.map((rank) => (rank <= K ? 1 : 0)))
  const gains = HIT_AT.map((K) => ranks.map((rank) => (rank <= K ? 1 / Math.log2(1 + rank) : 0)))
  const mean = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length)
  const byK = <T>(values: readonly T[]): Record<string, T> =>
    Object.fromEntries(HIT_AT.map((K, k) => [String(K), values[k]]))
  const ones = new Float64Array(ranks.length).fill(1)
  const interval = (values: Float64Array[]): Record<string, [number, number]> =>
    bootstrap === 0 || ranks.length === 0 ? {} : byK(bootstrapRatios(values, ones, bootstrap, seed))
  return {
    users: ranks.length,
    hr: byK(hits.map(mean)),
    hrInterval: interval(hits),
    ndcg: byK(gains.map(mean)),
    ndcgInterval: interval(gains),
  }
}

/** Writes the report into the folder of the run it judges. @returns its path */
export function saveLeaveOneOut(runFolder: string, report: LeaveOneOutReport): string {
  mkdirSync(runFolder, { recursive: true })
  const path = join(runFolder, `leave-one-out-${report.protocol.hash}.json`)
  writeFileAtomic(path, `${JSON.stringify(report, undefined, 2)}\n`)
  return path
}
