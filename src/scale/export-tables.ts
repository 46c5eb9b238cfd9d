import { join } from 'node:path'
import type { Kind } from '../config/schema.js'
import { tableFile, type Columns, type Value } from '../core/table-file.js'
import { POPULARITY_COLUMNS } from '../features/popularity.js'
import { CATEGORY_LEVELS, TITLE_TOKENS } from '../features/snapshot.js'
import { catalogAt, catalogOf } from '../protocol/catalog.js'
import { logPopularity } from '../retrieve/popularity.js'
import type { Workspace } from '../workspace/workspace.js'
import type { ExportManifest } from './export.js'
import type { OpenModel } from './towers.js'

/** The popular window of a hybrid without weights of its own, days. */
const POPULAR_DAYS = 30

/** Columns that are there for every catalog; those of MODEL beside them where there is such a model. */
const ITEMS: Columns = {
  row: 'index',
  id: 'text',
  advertiser: 'index',
  category: 'text',
  categories: 'indices',
  price: 'number',
  title: 'text',
}
const ITEM_MODEL: Columns = {
  vector: 'floats',
  advertiser_buckets: 'indices',
  category_rows: 'indices',
  title_rows: 'indices',
  price_bucket: 'index',
  popularity: 'floats',
  log_popularity: 'number',
}
const ADVERTISERS: Columns = { row: 'index', id: 'text', name: 'text' }
const ADVERTISER_MODEL: Columns = {
  aggregates: 'floats',
  advertiser_buckets: 'indices',
  popularity: 'floats',
  log_popularity: 'number',
  listed: 'index',
}
const EVENTS: Columns = {
  user: 'index',
  seq: 'whole',
  time: 'whole',
  item: 'index',
  advertiser: 'index',
  type: 'index',
  domain: 'index',
}

type Rows = Record<string, number>

/** Writes a table of an export. @returns its rows */
export async function writeTable(
  folder: string,
  path: string,
  columns: Columns,
  rows: Iterable<readonly Value[]>,
): Promise<number> {
  const file = await tableFile('parquet', join(folder, path), columns)
  let n = 0
  try {
    for (const row of rows) {
      file.row(row)
      n++
    }
    file.finish()
  } catch (error) {
    file.discard()
    throw error
  }
  return n
}

/** items, advertisers and categories: names, and what the candidate towers read. */
export async function writeCatalog(
  workspace: Workspace,
  models: Partial<Record<Kind, OpenModel>>,
  runs: ExportManifest['runs'],
  asOf: number,
  folder: string,
): Promise<Rows> {
  const { catalog } = workspace
  const write = (path: string, columns: Columns, rows: Iterable<readonly Value[]>): Promise<number> =>
    writeTable(folder, path, columns, rows)
  const days = (kind: Kind): number => runs[kind]?.weights?.popularityDays ?? POPULAR_DAYS
  return {
    'tables/items.parquet': await write(
      'tables/items.parquet',
      models.item ? { ...ITEMS, ...ITEM_MODEL } : ITEMS,
      itemRows(workspace, models.item, asOf, days('item')),
    ),
    'tables/advertisers.parquet': await write(
      'tables/advertisers.parquet',
      models.advertiser ? { ...ADVERTISERS, ...ADVERTISER_MODEL } : ADVERTISERS,
      advertiserRows(workspace, models.advertiser, asOf, days('advertiser')),
    ),
    'tables/categories.parquet': await write(
      'tables/categories.parquet',
      { row: 'index', path: 'text' },
      catalog.categories.map((path, c) => [c + 1, path]),
    ),
  }
}

export function writeUsers({ store }: Workspace, folder: string): Promise<number> {
  const rows = store.externalIds('users').map((id, u): Value[] => [u + 1, id])
  return writeTable(folder, 'tables/users.parquet', { row: 'index', id: 'text' }, rows)
}

/** The event log by user and time; an event without an advertiser of its own has its item's. */
export function writeEvents({ snapshot }: Workspace, folder: string): Promise<number> {
  const { users, offsets, eventSeq, eventTime, eventItem, eventAdvertiser, eventType, eventDomain } = snapshot
  function* rows(): Generator<Value[], void> {
    for (let user = 0; user < users; user++)
      for (let e = offsets[user]; e < offsets[user + 1]; e++)
        yield [
          ...[user + 1, eventSeq[e], eventTime[e], eventItem[e] + 1, eventAdvertiser[e] + 1],
          ...[eventType[e] + 1, eventDomain[e] + 1],
        ]
  }
  return writeTable(folder, 'tables/events.parquet', EVENTS, rows())
}

function* itemRows(
  { store, snapshot }: Workspace,
  model: OpenModel | undefined,
  asOf: number,
  days: number,
): Generator<Value[], void> {
  const inputs = model && itemInputs(model, asOf)
  const everything = Int32Array.from({ length: snapshot.items }, (_, i) => i)
  const popular = model && logPopularity(snapshot, catalogOf(snapshot, 'item', everything), asOf, days)
  for (const [id, externalId, advertiser, category, price, title] of store.scanItems()) {
    const i = id - 1
    if (i >= snapshot.items) return
    const categories = levels(snapshot.itemCategory, i, CATEGORY_LEVELS).map((c) => c + 1)
    yield [
      ...[id, externalId, advertiser, category ?? undefined, categories, price ?? undefined, title ?? undefined],
      ...(inputs ? [...inputs(i), popular![i]] : []),
    ]
  }
}

function itemInputs({ run, entries }: OpenModel, asOf: number): (i: number) => Value[] {
  const { features, popularity } = run.encoder.parts
  const vectors = entries['items.vectors']
  const width = vectors.shape[1]
  return (i) => {
    const popular = new Float32Array(POPULARITY_COLUMNS)
    popularity!.features(i, asOf, popular, 0)
    return [
      levels(vectors.data, i + 1, width),
      levels(features.itemAdvertiser, i, 2),
      levels(features.category, i, CATEGORY_LEVELS),
      levels(features.title, i, TITLE_TOKENS),
      features.price[i],
      popular,
    ]
  }
}

/** `listed`: 1 = among those that are ranked, which are those seen by `asOf`. */
function* advertiserRows(
  { store, snapshot }: Workspace,
  model: OpenModel | undefined,
  asOf: number,
  days: number,
): Generator<Value[], void> {
  const ranked = catalogAt(snapshot, 'advertiser', asOf)
  const popular = logPopularity(snapshot, ranked, asOf, days)
  for (let a = 0; a < snapshot.advertisers; a++) {
    const { externalId, name } = store.advertiser(a + 1)!
    const row: Value[] = [a + 1, externalId, name]
    if (model) {
      const { features, popularity } = model.run.encoder.parts
      const table = model.entries['advertisers.table']
      const columns = new Float32Array(POPULARITY_COLUMNS)
      popularity!.features(a, asOf, columns, 0)
      const entry = ranked.entryOf[a]
      row.push(levels(table.data, a + 1, table.shape[1]), levels(features.advertiser, a, 2), columns)
      row.push(entry < 0 ? 0 : popular[entry], Number(entry >= 0))
    }
    yield row
  }
}

/** Row `at` of a flat table. */
const levels = <T extends Int32Array | Float32Array>(table: T, at: number, width: number): T =>
  table.subarray(at * width, (at + 1) * width) as T
