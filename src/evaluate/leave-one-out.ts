import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { RankCounter } from '../ann/exact.js'
import { writeFileAtomic } from '../core/atomic.js'
import { hashJson } from '../core/hash.js'
import { type Progress } from '../core/progress.js'
import { CORE, type LeaveOneOut } from '../protocol/leave-one-out.js'
import type { Snapshot } from '../features/snapshot.js'
import { timeRange } from '../protocol/cutoff.js'
import { catalogAt } from '../protocol/catalog.js'
import type { Queries } from '../protocol/queries.js'
import type { Recommender } from '../retrieve/recommender.js'
import { groundOf, type Baseline } from '../retrieve/baselines.js'
import { scoreRows } from '../retrieve/recommender.js'
import { bootstrapRatios } from './intervals.js'
import { protocolOf, sampleQueries, type EvaluationSet } from '../protocol/evaluation-set.js'
import { FIT_USERS } from '../retrieve/fit.js'
import { share, count } from '../text/numbers.js'
import { columns } from '../text/table.js'

const DAY = 86_400
/** hit rate and NDCG are cut at these */
export const HIT_AT = [5, 10, 20] as const

export interface LeaveOneOutRow {
  name: string
  kind: Recommender['kind']
  run?: string
  /** share of users whose held-out item is among the K best */
  hr: Record<string, number>
  hrInterval: Record<string, [number, number]>
  /** mean of 1 / log2(1 + rank) where the rank is at most K, else 0 */
  ndcg: Record<string, number>
  ndcgInterval: Record<string, [number, number]>
}

/**
 * What `adseq eval --protocol leave-one-out --json` prints. It compares with published papers and with nothing else.
 */
export interface LeaveOneOutReport {
  version: 1
  kind: 'item'
  protocol: { name: 'leave-one-out'; core: number; seed: number; hash: string }
  data: { hash: string }
  runs: string[]
  users: number
  items: number
  rows: LeaveOneOutRow[]
  notes: string[]
}

export interface LeaveOneOutOptions {
  seed: number
  bootstrap: number
  baselines: readonly Baseline[]
  /** models as recommenders for the queries and catalog of the test */
  models: readonly { run: string; make: (set: EvaluationSet) => Promise<Recommender> }[]
  progress: Progress
}

/**
 * One held-out item a user as an evaluation set: histories are whole in `history`, every item of the core is ranked.
 */
export function heldOutSet(
  history: Snapshot,
  users: Int32Array,
  { item: items, time }: LeaveOneOut['test'],
  seed: number,
): EvaluationSet {
  const cutoff = timeRange(history).last
  // an item whose every conversion is held out is still of the core and ranked
  const catalog = catalogAt(history, 'item', 0xfffffffe)
  const queries: Queries = {
    events: history,
    users,
    ends: users.map((user) => history.offsets[user + 1]),
    // every user is seen at the day of their held-out conversion, which is when they would be asked about
    moment: time.map((t) => Math.ceil(t / DAY) * DAY),
  }
  const offsets = Uint32Array.from({ length: users.length + 1 }, (_, q) => q)
  return {
    protocol: protocolOf({ cutoff, windowDays: 1, indexSize: 0, history: 'kept', seed }),
    queries,
    levels: {
      item: {
        catalog,
        offsets,
        positives: items.map((item) => catalog.entryOf[item]),
        types: new Uint8Array(users.length),
        counts: new Uint32Array(users.length).fill(1),
        fresh: new Uint8Array(users.length),
        knownOffsets: new Uint32Array(users.length + 1),
        known: new Int32Array(0),
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
  const { seed, bootstrap, progress } = options
  const set = heldOutSet(split.history, split.users, split.test, seed)
  const validation = sampleQueries(heldOutSet(split.training, split.users, split.validation, seed), FIT_USERS, seed)
  const rows: LeaveOneOutRow[] = []
  const add = async (recommender: Recommender, run?: string): Promise<void> => {
    progress.start(recommender.name, split.users.length, 'users')
    const ranks = await ranksOf(set, recommender, (done) => progress.update(done))
    const row = {
      name: recommender.name,
      kind: recommender.kind,
      ...(run && { run }),
      ...metricsOf(ranks, bootstrap, seed),
    }
    rows.push(row)
    progress.finish(`HR@10 ${row.hr['10'].toFixed(4)} over ${count(split.users.length)} users`)
  }
  for (const { run, make } of options.models) await add(await make(set), run)
  const ground = { ...groundOf(split.history, set, 'item', validation), validatedOn: split.training }
  for (const baseline of options.baselines) await add((await baseline.make(ground)).recommender)
  return {
    version: 1,
    kind: 'item',
    protocol: {
      name: 'leave-one-out',
      core: CORE,
      seed,
      hash: hashJson({ name: 'leave-one-out', VERSION: 1, CORE, seed }),
    },
    data: { hash: dataHash },
    runs: options.models.map(({ run }) => run),
    users: split.users.length,
    items: split.items,
    rows,
    notes: [
      'for comparison with published papers only: what other users do later is known here, and lines of the same ' +
        'basket stay in the history, so figures are higher than a system would see.',
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
): Promise<Float64Array> {
  const { positives } = set.levels.item!
  const ranks = new Float64Array(positives.length)
  const ranker = new RankCounter(Math.max(...HIT_AT))
  const each = (q: number, row: Float32Array): void =>
    ranker.count(row, positives.subarray(q, q + 1), ranks.subarray(q, q + 1))
  await scoreRows(recommender, set.queries, each, onProgress)
  return ranks
}

/** HR@K and NDCG@K of one relevant item a user (Järvelin & Kekäläinen 2002, with one relevant result). */
export function metricsOf(
  ranks: Float64Array,
  bootstrap: number,
  seed: number,
): Pick<LeaveOneOutRow, 'hr' | 'hrInterval' | 'ndcg' | 'ndcgInterval'> {
  const hits = HIT_AT.map((K) => ranks.map((rank) => (rank <= K ? 1 : 0)))
  const gains = HIT_AT.map((K) => ranks.map((rank) => (rank <= K ? 1 / Math.log2(1 + rank) : 0)))
  const mean = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length
  const byK = <T>(values: readonly T[]): Record<string, T> =>
    Object.fromEntries(HIT_AT.map((K, k) => [String(K), values[k]]))
  const ones = new Float64Array(ranks.length).fill(1)
  const interval = (values: Float64Array[]): Record<string, [number, number]> =>
    bootstrap === 0 ? {} : byK(bootstrapRatios(values, ones, bootstrap, seed))
  return {
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

/** The report as plain lines. */
export function leaveOneOutText({ protocol, data, users, items, rows, notes }: LeaveOneOutReport): string {
  const head = ['', ...HIT_AT.map((K) => `HR@${K}`), '95 % of HR@10', ...HIT_AT.map((K) => `NDCG@${K}`)]
  const cells = rows.map(({ name, hr, hrInterval, ndcg }) => [
    name,
    ...HIT_AT.map((K) => share(hr[K])),
    hrInterval['10'] ? hrInterval['10'].map(share).join('-') : '-',
    ...HIT_AT.map((K) => share(ndcg[K])),
  ])
  return [
    `Leave-one-out: the last conversion of each of ${count(users)} users, ranked among all ${count(items)} items ` +
      `of the ${protocol.core}-core. Protocol ${protocol.hash}, data ${data.hash}.`,
    '',
    ...columns([head, ...cells]),
    '',
    ...notes.map((note) => `Note: ${note}`),
  ].join('\n')
}
