import type { Config, Kind } from '../config/schema.js'
import { dotProducts } from '../ann/dot-products.js'
import { RecallCounter, scoreEntries, type Found } from '../ann/recall.js'
import { UserError } from '../core/errors.js'
import { Rng } from '../core/rng.js'
import type { Engine } from '../engine/types.js'
import { historyEnd, type Snapshot } from '../features/snapshot.js'
import { catalogAt, catalogOf, columnOf, entryOf, groupsOf, type Catalog } from '../protocol/catalog.js'
import { timeRange } from '../protocol/cutoff.js'
import { seenAt, type Queries } from '../protocol/queries.js'
import type { Encoder } from '../runs/encoder.js'
import { day } from '../text/moments.js'
import { createPositives, type Positives } from './positives.js'

const KS = [1, 10, 100]
const STREAM = 0x7a11

/** What is to be found at one level. */
export interface ValidationLevel {
  /** number of entries that are ranked */
  entries: number
  /** positives of user q: positives[offsets[q] .. offsets[q + 1]], as entries of the level, -1 = not known then */
  offsets: Int32Array
  positives: Int32Array
  /** where the history is masked, the entries of user q's history: entries[offsets[q] .. offsets[q + 1]] */
  without?: { offsets: Int32Array; entries: Int32Array }
}

/** What is asked of a model during training: users' histories up to a moment, and what they converted on after it. */
export interface ValidationSet extends ValidationLevel {
  queries: Queries
  /** indices of the entries known at that moment, ascending */
  ids: Int32Array
  /** of an item model where items have advertisers: these, and the advertiser of every item ([items], -1 = none) */
  advertisers?: ValidationLevel & { of: Int32Array }
}

/** What a validation found. */
export interface Validation {
  /** recall over positives of the model's own entries, by K */
  recall: Record<string, number>
  /** the same of advertisers, each ranked as its best item, where an item model is validated at both levels */
  advertisers?: Record<string, number>
  /** what steps are chosen by: see validationScore */
  score: number
}

/**
 * A random sample of users with a history up to `from` and conversions in (from, to]. Where the evaluation masks the
 * history, so does this: what a user dealt with before is neither ranked nor to be found.
 * @throws UserError when there is none
 */
export function createValidationSet(
  snapshot: Snapshot,
  config: Config,
  kind: Kind,
  from: number,
  to: number,
): ValidationSet {
  const { train } = config
  const masked = config.eval.history === 'masked'
  const catalog = catalogAt(snapshot, kind, from)
  const positive = createPositives(snapshot, kind, train.labelWeights)
  const window = { masked, to, positive }
  const eligible: number[] = []
  let histories = 0
  for (let user = 0; user < snapshot.users; user++) {
    const end = historyEnd(snapshot, user, from)
    if (end === snapshot.offsets[user]) continue
    histories++
    if (toFind(snapshot, catalog, user, end, window).length > 0) eligible.push(user)
  }
  if (eligible.length === 0) {
    const { last } = timeRange(snapshot)
    if (last <= from)
      throw new UserError(
        `The data ends on ${day(last)}, before the validation window that ends on ${day(to)} begins.`,
        'Set eval.cutoff to auto, or to a day by which there is data.',
      )
    if (!snapshot.eventType.some((_, e) => positive.has(e)))
      throw new UserError(
        `No event is a conversion of ${kind === 'item' ? 'an item' : 'an advertiser'}: there is nothing to learn from.`,
        'Import events of the types checkout, add_to_cart or signup, or map your own types to them with --event-type' +
          (kind === 'item' ? '.' : '; where the data has no advertisers, train the item model alone.'),
      )
    throw new UserError(
      `No user has both a history before ${day(from)} and a conversion${masked ? ' on something new to them' : ''} ` +
        `in the validation window that ends on ${day(to)}.`,
      // a longer window begins even earlier
      `Set eval.windowDays to ${histories > 0 ? 'more' : 'less'}, or import data of a longer time.`,
    )
  }
  const users = new Rng(train.seed, STREAM).shuffle(Int32Array.from(eligible)).slice(0, train.validationUsers).sort()
  const queries = { events: snapshot, users, ends: users.map((user) => historyEnd(snapshot, user, from)), moment: from }
  return {
    queries,
    ids: catalog.ids,
    ...levelOf(snapshot, catalog, queries, window),
    ...(kind === 'item' && advertisersOf(snapshot, catalog, queries, window)),
  }
}

interface Window {
  masked: boolean
  to: number
  /** which events count, by their type; their entries are those of a catalog */
  positive: Positives
}

/** Entries of the catalog that the user converts on in the rows from `end` on, -1 = not in the catalog. */
function toFind(snapshot: Snapshot, catalog: Catalog, user: number, end: number, window: Window): number[] {
  const column = columnOf(catalog.level, snapshot)
  const found: number[] = []
  for (let row = end; row < snapshot.offsets[user + 1] && snapshot.eventTime[row] <= window.to; row++)
    if (window.positive.has(row) && column[row] >= 0) found.push(entryOf(catalog, column[row]))
  if (!window.masked) return found
  const known = new Set(knownTo(snapshot, catalog, user, end))
  return found.filter((entry) => entry < 0 || !known.has(entry))
}

/** The distinct entries of the user's rows before `end`. */
function knownTo(snapshot: Snapshot, catalog: Catalog, user: number, end: number): number[] {
  const column = columnOf(catalog.level, snapshot)
  const known = new Set<number>()
  for (let row = snapshot.offsets[user]; row < end; row++) known.add(entryOf(catalog, column[row]))
  known.delete(-1)
  return [...known]
}

function levelOf(snapshot: Snapshot, catalog: Catalog, { users, ends }: Queries, window: Window): ValidationLevel {
  const [offsets, knownOffsets] = [new Int32Array(users.length + 1), new Int32Array(users.length + 1)]
  const [positives, known]: number[][] = [[], []]
  users.forEach((user, q) => {
    positives.push(...toFind(snapshot, catalog, user, ends[q], window))
    if (window.masked) known.push(...knownTo(snapshot, catalog, user, ends[q]))
    offsets[q + 1] = positives.length
    knownOffsets[q + 1] = known.length
  })
  return {
    entries: catalog.size,
    offsets,
    positives: Int32Array.from(positives),
    ...(window.masked && { without: { offsets: knownOffsets, entries: Int32Array.from(known) } }),
  }
}

/** The advertisers of a catalog of items, where there are two or more and one of them is to be found. */
function advertisersOf(
  snapshot: Snapshot,
  items: Catalog,
  queries: Queries,
  window: Window,
): Pick<ValidationSet, 'advertisers'> {
  const having = new Set(items.ids.map((item) => snapshot.itemAdvertiser[item]))
  having.delete(-1)
  const catalog = catalogOf(snapshot, 'advertiser', Int32Array.from(having).sort())
  const level = levelOf(snapshot, catalog, queries, window)
  if (catalog.size < 2 || !level.positives.some((entry) => entry >= 0)) return {}
  return { advertisers: { ...level, of: groupsOf(snapshot, items, catalog) } }
}

/** The K that count at a level: 10 and 100, those of which it has twice as many entries; else 1. */
export function watchedKs(entries: number): number[] {
  const some = [10, 100].filter((k) => 2 * k <= entries)
  return some.length > 0 ? some : [1]
}

/**
 * What steps are chosen by: the geometric mean of recall at the watched K of every level, so that a hundredth more of
 * one is worth a hundredth of another. Where nothing was found, half a conversion is counted.
 */
export function validationScore(
  levels: readonly { entries: number; recall: Record<string, number>; positives: number }[],
): number {
  const parts = levels.flatMap(({ entries, recall, positives }) =>
    watchedKs(entries).map((k) => Math.log(Math.max(recall[k], 0.5 / positives))),
  )
  return Math.exp(parts.reduce((a, b) => a + b, 0) / parts.length)
}

/** What the score of a validation is, in words: "the geometric mean of recall@10 and recall@100 of items". */
export function scoreText(kind: Kind, set: ValidationSet): string {
  const of = (name: string, { entries }: ValidationLevel): string =>
    `${watchedKs(entries)
      .map((k) => `recall@${k}`)
      .join(' and ')} of ${name}`
  const levels = [of(`${kind}s`, set), ...(set.advertisers ? [of('their advertisers', set.advertisers)] : [])]
  const single = levels.length === 1 && watchedKs(set.entries).length === 1
  return `${single ? '' : 'the geometric mean of '}${levels.join(', ')}${set.without ? ', new to the user alone' : ''}`
}

/** Ranks all known entries for every user: recall over positives at 1, 10 and 100, and the score. */
export async function validate(engine: Engine, encoder: Encoder, set: ValidationSet): Promise<Validation> {
  const users = await encoder.encodeUsers(set.queries)
  const entries = await encoder.encodeEntries(set.ids, seenAt(set.queries, 0))
  const products = await dotProducts(encoder.width, engine)
  const { advertisers } = set
  const [own, above] = [new RecallCounter(KS), new RecallCounter(KS)]
  const best = new Float32Array(advertisers?.entries ?? 0)
  try {
    await scoreEntries(products, users, entries, (q, row) => {
      own.count(row, foundOf(set, q))
      if (!advertisers) return
      best.fill(-Infinity)
      advertisers.of.forEach((a, e) => {
        if (a >= 0 && row[e] > best[a]) best[a] = row[e]
      })
      above.count(best, foundOf(advertisers, q))
    })
  } finally {
    products.dispose()
  }
  const levels = [{ entries: set.entries, recall: own.recall(), positives: own.positives }]
  if (advertisers) levels.push({ entries: advertisers.entries, recall: above.recall(), positives: above.positives })
  return {
    recall: levels[0].recall,
    ...(advertisers && { advertisers: levels[1].recall }),
    score: validationScore(levels),
  }
}

const foundOf = ({ offsets, positives, without }: ValidationLevel, q: number): Found => ({
  positives: positives.subarray(offsets[q], offsets[q + 1]),
  without: without?.entries.subarray(without.offsets[q], without.offsets[q + 1]),
})
