import { TopK } from '../ann/exact.js'
import { Rng } from '../core/rng.js'
import { EVENT_TYPES, type EventType, type Snapshot } from '../features/snapshot.js'
import type { Retriever } from '../retrieve/types.js'
import { isoDate, type EvaluationSet } from './protocol.js'
import { levelOf } from './measure.js'

/** What one user did, what is retrieved, and what was bought next: by indices of the snapshot. */
export interface Sample {
  retriever: string
  user: number
  /** latest first */
  history: { id: number; type: EventType; time: number }[]
  historyEvents: number
  results: { id: number; score: number; boughtNext: boolean; known: boolean }[]
  /** distinct entries bought next, those outside the catalog left out */
  next: number
}

const EVENTS = 8
const RESULTS = 10

/** Random users of an evaluation with their results by one retriever; the same seed draws the same users. */
export async function drawSamples(snapshot: Snapshot, set: EvaluationSet, retriever: Retriever, users: number): Promise<Sample[]> {
  const { catalog, offsets, positives, known, knownOffsets } = levelOf(set, retriever.level)
  const eligible = Int32Array.from(set.queries.users.keys()).filter((q) => offsets[q + 1] > offsets[q])
  const drawn = new Rng(set.protocol.seed, 0x5e).shuffle(eligible).slice(0, users)
  const row = new Float32Array(catalog.size)
  const top = new TopK(Math.min(RESULTS, catalog.size), set.protocol.seed)
  const samples: Sample[] = []
  for (const q of drawn) {
    const [user, end] = [set.queries.users[q], set.queries.ends[q]]
    await retriever.score(set.queries, q, q + 1, row)
    const n = top.select(row)
    const next = new Set(positives.subarray(offsets[q], offsets[q + 1]))
    next.delete(-1)
    const own = new Set(known.subarray(knownOffsets[q], knownOffsets[q + 1]))
    const history: Sample['history'] = []
    for (let e = end - 1; e >= Math.max(snapshot.offsets[user], end - EVENTS); e--) {
      history.push({ id: catalog.column[e], type: EVENT_TYPES[snapshot.eventType[e]], time: snapshot.eventTime[e] })
    }
    samples.push({
      retriever: retriever.name, user, history, historyEvents: end - snapshot.offsets[user],
      results: Array.from(top.entries.subarray(0, n), (entry, i) => ({ id: catalog.ids[entry], score: top.scores[i], boughtNext: next.has(entry), known: own.has(entry) })),
      next: next.size,
    })
  }
  return samples
}

/** What a reader sees instead of indices. */
export interface SampleNames {
  user(index: number): string
  entry(index: number): string
}

/** Samples as plain lines; what was bought next is marked with *, what the user knew before with o. */
export function samplesText(samples: readonly Sample[], names: SampleNames): string {
  return samples
    .map((sample) => {
      const hits = sample.results.filter(({ boughtNext }) => boughtNext).length
      const history = sample.history.map(({ id, type, time }) => `    ${isoDate(time)}  ${type.padEnd(11)}  ${id < 0 ? '(no item)' : names.entry(id)}`)
      const results = sample.results.map(({ id, boughtNext, known }, i) => `  ${boughtNext ? '*' : ' '}${known ? 'o' : ' '}${String(i + 1).padStart(3)}  ${names.entry(id)}`)
      return [
        `User ${names.user(sample.user)}: ${sample.historyEvents} events, the latest ${sample.history.length}:`,
        ...history,
        `  ${sample.retriever} retrieves (* bought next, ${hits} of ${sample.next}; o known to the user before):`,
        ...results,
      ].join('\n')
    })
    .join('\n\n')
}

/** Samples with names in the place of indices, for --json. */
export function namedSamples(samples: readonly Sample[], names: SampleNames): unknown[] {
  const named = <T extends { id: number }>({ id, ...rest }: T): unknown => ({ name: id < 0 ? null : names.entry(id), ...rest })
  return samples.map((sample) => ({ ...sample, user: names.user(sample.user), history: sample.history.map(named), results: sample.results.map(named) }))
}
