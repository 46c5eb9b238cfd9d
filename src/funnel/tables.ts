import type { NamedArray, TypedArray } from '../core/safetensors.js'
import { DAY } from '../core/time.js'
import type { CatalogData, Snapshot } from '../features/snapshot.js'
import type { SparseMatrix } from '../features/sparse.js'
import { catalogAt, catalogOf, categoryOf, type Catalog } from '../protocol/catalog.js'
import { CO_VISITATION, coVisitations } from '../retrieve/co-visitation.js'
import { NEAREST_USERS, latestUsers, userVectors, type UserVectors } from '../retrieve/nearest-users.js'
import { conversionCounts } from '../retrieve/popularity.js'
import { countFollows, noFollows, type Follows } from './follows.js'
import { repeatGroups, repeatTables, type RepeatTables } from '../retrieve/repeat-times.js'
import { conversionMask } from '../features/snapshot.js'

/** Days that "lately" and "this week" look back. */
const LATELY_DAYS = 30
const WEEK_DAYS = 7
/** Items kept for a country, and for a category. */
const TOP = 2000
const TOP_OF_CATEGORY = 500
/** Neighbours of an item that are kept: they are published with every generation. */
const NEIGHBOURS = 100
/** Users whose histories are published. */
const USERS = 20_000

/** Where users are. */
export interface Countries {
  names: readonly string[]
  /** [users] index of names, -1 where unknown */
  ofUser: Int32Array
}

/** Entries in order of a score, best first. */
export interface Ordered {
  entries: Int32Array
  scores: Float32Array
}

/** Counts that generators and the light ranker read, as of one moment: what a generation keeps of the data. */
export interface Tables {
  /** unix seconds: everything is up to here */
  asOf: number
  /** the window in which conversions count */
  windowDays: number
  /** log(1 + conversions) [items], [advertisers]: of all time, of 30 days, of a week */
  items: { ever: Float32Array; lately: Float32Array; week: Float32Array }
  advertisers: { ever: Float32Array; lately: Float32Array }
  /** [categories] of 30 days, of items whose deepest category it is */
  categories: Float32Array
  /** items by conversions of 30 days: everywhere, and in each country */
  popular: Ordered
  countries: readonly string[]
  popularIn: readonly Ordered[]
  /** items of each category, by conversions of 30 days */
  ofCategory: { offsets: Uint32Array } & Ordered
  /** [items, items] what stands near an item in histories */
  near: SparseMatrix<Float32Array>
  repeats: { items: RepeatTables; advertisers: RepeatTables }
  /** what is converted on after a visit to a category */
  follows: Follows
  /** histories of the users with the latest events */
  users: UserVectors
}

/** Everything known up to `asOf`. Entries are indices of the snapshot: what is unknown by then has no counts. */
export function makeTables(snapshot: Snapshot, countries: Countries, asOf: number, windowDays: number): Tables {
  const items = whole(snapshot, 'item')
  const advertisers = whole(snapshot, 'advertiser')
  const log = (catalog: Catalog, days?: number): Float32Array =>
    Float32Array.from(conversionCounts(snapshot, catalog, asOf, days), Math.log1p)
  const lately = conversionCounts(snapshot, items, asOf, LATELY_DAYS)
  const known = catalogAt(snapshot, 'item', asOf)
  const near = coVisitations(snapshot, known, asOf, { ...CO_VISITATION, neighbours: NEIGHBOURS })
  return {
    asOf,
    windowDays,
    items: { ever: log(items), lately: Float32Array.from(lately, Math.log1p), week: log(items, WEEK_DAYS) },
    advertisers: { ever: log(advertisers), lately: log(advertisers, LATELY_DAYS) },
    categories: byCategory(snapshot, lately),
    popular: order(lately, Infinity),
    countries: countries.names,
    popularIn: countries.names.map((_, country) => order(countsIn(snapshot, countries, country, asOf), TOP)),
    ofCategory: itemsByCategory(snapshot, lately),
    near: widened(near, known.ids, snapshot.items),
    repeats: {
      items: repeatTables(snapshot, items, repeatGroups(snapshot, items), asOf, windowDays),
      advertisers: repeatTables(snapshot, advertisers, repeatGroups(snapshot, advertisers), asOf, windowDays),
    },
    follows: countFollows(snapshot, asOf, windowDays),
    users: latestUsers(userVectors(snapshot, items, asOf, NEAREST_USERS), snapshot, USERS),
  }
}

/** A catalog of everything in the snapshot: entry e is index e. */
export function whole(snapshot: CatalogData, kind: 'item' | 'advertiser'): Catalog {
  const n = kind === 'item' ? snapshot.items : snapshot.advertisers
  return catalogOf(
    snapshot,
    kind,
    Int32Array.from({ length: n }, (_, e) => e),
  )
}

/** Entries with a count, most first; of equal counts the lower index. */
function order(counts: Float64Array, most: number): Ordered {
  const entries = Int32Array.from(counts.keys()).filter((e) => counts[e] > 0)
  entries.sort((a, b) => counts[b] - counts[a] || a - b)
  const kept = entries.slice(0, Math.min(most, entries.length))
  return { entries: kept, scores: Float32Array.from(kept, (e) => Math.log1p(counts[e])) }
}

function countsIn(events: Snapshot, { ofUser }: Countries, country: number, asOf: number): Float64Array {
  const counts = new Float64Array(events.items)
  const after = asOf - LATELY_DAYS * DAY
  for (let user = 0; user < events.users; user++) {
    if (ofUser[user] !== country) continue
    for (let row = events.offsets[user]; row < events.offsets[user + 1]; row++) {
      if (events.eventTime[row] > asOf || events.eventTime[row] <= after) continue
      if (conversionMask[events.eventType[row]] === 1 && events.eventItem[row] >= 0) counts[events.eventItem[row]]++
    }
  }
  return counts
}

function byCategory(snapshot: CatalogData, counts: Float64Array): Float32Array {
  const sums = new Float64Array(snapshot.categories.length)
  counts.forEach((n, item) => {
    const category = categoryOf(snapshot, item)
    if (category >= 0) sums[category] += n
  })
  return Float32Array.from(sums, Math.log1p)
}

function itemsByCategory(snapshot: CatalogData, counts: Float64Array): Tables['ofCategory'] {
  const lists = snapshot.categories.map((): number[] => [])
  counts.forEach((n, item) => {
    const category = categoryOf(snapshot, item)
    if (n > 0 && category >= 0) lists[category].push(item)
  })
  const offsets = new Uint32Array(lists.length + 1)
  const kept = lists.map((list) => list.sort((a, b) => counts[b] - counts[a] || a - b).slice(0, TOP_OF_CATEGORY))
  kept.forEach((list, c) => (offsets[c + 1] = offsets[c] + list.length))
  const entries = Int32Array.from(kept.flat())
  return { offsets, entries, scores: Float32Array.from(entries, (e) => Math.log1p(counts[e])) }
}

/** A matrix over some entries as one over all of them. @param ids index of every entry, ascending */
function widened({ offsets, columns, values }: SparseMatrix, ids: Int32Array, n: number): SparseMatrix<Float32Array> {
  const wide = new Float64Array(n + 1)
  let e = 0
  for (let id = 0; id < n; id++) {
    const has = e < ids.length && ids[e] === id
    wide[id + 1] = wide[id] + (has ? offsets[e + 1] - offsets[e] : 0)
    if (has) e++
  }
  return {
    height: n,
    width: n,
    offsets: wide,
    columns: columns.map((column) => ids[column]),
    values: values as Float32Array,
  }
}

/** As arrays of a file. */
export function tablesToArrays(tables: Tables): Record<string, NamedArray> {
  const out: Record<string, NamedArray> = {}
  const put = (name: string, data: TypedArray): void => void (out[name] = { shape: [data.length], data })
  put('facts', Float64Array.of(tables.asOf, tables.windowDays))
  for (const [name, data] of Object.entries(tables.items)) put(`items.${name}`, data)
  for (const [name, data] of Object.entries(tables.advertisers)) put(`advertisers.${name}`, data)
  put('categories', tables.categories)
  put('popular.entries', tables.popular.entries)
  put('popular.scores', tables.popular.scores)
  tables.popularIn.forEach(({ entries, scores }, c) => {
    put(`country.${c}.entries`, entries)
    put(`country.${c}.scores`, scores)
  })
  for (const [name, data] of Object.entries(tables.ofCategory)) put(`ofCategory.${name}`, data)
  put('near.offsets', tables.near.offsets)
  put('near.columns', tables.near.columns)
  put('near.values', tables.near.values)
  for (const [level, { windowDays: _, ...repeats }] of Object.entries(tables.repeats))
    for (const [name, data] of Object.entries(repeats)) put(`repeats.${level}.${name}`, data)
  put('follows.offsets', tables.follows.lift.offsets)
  put('follows.columns', tables.follows.lift.columns)
  put('follows.values', tables.follows.lift.values)
  put('follows.rest', tables.follows.rest)
  const { t, halfLifeDays, known, byUser } = tables.users
  put('users.facts', Float64Array.of(t, halfLifeDays, known))
  put('users.offsets', byUser.offsets)
  put('users.columns', byUser.columns)
  put('users.values', Float32Array.from(byUser.values))
  return out
}

export const tablesMetadata = ({ countries }: Tables): Record<string, string> => ({
  countries: JSON.stringify(countries),
})

export function tablesFromArrays(
  arrays: Readonly<Record<string, NamedArray>>,
  metadata: Readonly<Record<string, string>>,
): Tables {
  const get = <T extends TypedArray>(name: string): T => {
    if (!arrays[name]) throw new Error(`the tables of the funnel lack ${name}`)
    return arrays[name].data as T
  }
  const ordered = (name: string): Ordered => ({ entries: get(`${name}.entries`), scores: get(`${name}.scores`) })
  const [asOf, windowDays] = get<Float64Array>('facts')
  const items = get<Float32Array>('items.ever').length
  const repeats = (level: string): RepeatTables => ({
    windowDays,
    rates: get(`repeats.${level}.rates`),
    groups: get(`repeats.${level}.groups`),
    groupOf: get(`repeats.${level}.groupOf`),
    rowOf: get(`repeats.${level}.rowOf`),
    own: get(`repeats.${level}.own`),
  })
  const follows = (): Follows => {
    const categories = get('categories').length
    // a generation of an earlier adseq has none, and its ranker does not ask
    if (!arrays['follows.rest']) return noFollows(categories)
    const [offsets, columns] = [get<Float64Array>('follows.offsets'), get<Uint32Array>('follows.columns')]
    const values = get<Float32Array>('follows.values')
    return { lift: { height: categories, width: categories, offsets, columns, values }, rest: get('follows.rest') }
  }
  const [t, halfLifeDays, known] = get<Float64Array>('users.facts')
  const countries = JSON.parse(metadata.countries ?? '[]') as string[]
  return {
    asOf,
    windowDays,
    items: { ever: get('items.ever'), lately: get('items.lately'), week: get('items.week') },
    advertisers: { ever: get('advertisers.ever'), lately: get('advertisers.lately') },
    categories: get('categories'),
    popular: ordered('popular'),
    countries,
    popularIn: countries.map((_, c) => ordered(`country.${c}`)),
    ofCategory: { offsets: get('ofCategory.offsets'), ...ordered('ofCategory') },
    near: {
      height: items,
      width: items,
      offsets: get('near.offsets'),
      columns: get('near.columns'),
      values: get('near.values'),
    },
    repeats: { items: repeats('items'), advertisers: repeats('advertisers') },
    follows: follows(),
    users: {
      ...{ t, halfLifeDays, known },
      byUser: {
        height: get('users.offsets').length - 1,
        width: items,
        offsets: get('users.offsets'),
        columns: get('users.columns'),
        values: get<Float32Array>('users.values'),
      },
    },
  }
}
