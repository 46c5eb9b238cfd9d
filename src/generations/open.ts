import { join } from 'node:path'
import { HnswIndex } from '../ann/hnsw.js'
import { ItemIndex, graphRows } from '../ann/item-index.js'
import { measureSearchCost } from '../ann/search-cost.js'
import type { Kind } from '../config/schema.js'
import { readSafetensors } from '../core/safetensors.js'
import { LightRanker } from '../funnel/l1/light-ranker.js'
import { tablesFromArrays, type Tables } from '../funnel/tables.js'
import type { Towers } from '../retrieve/towers.js'
import { VectorHybrid, bonusOf, type HybridVectors } from '../retrieve/vector-hybrid.js'
import { FILES, readManifest, verifyFile, type GenerationManifest, type PublishedGeneration } from './files.js'

type UserTower = Pick<Towers, 'encodeUsers' | 'inContext' | 'temperatures'>

/** A published generation with its vectors and index in memory: its files may be removed meanwhile. */
export interface Generation {
  manifest: GenerationManifest
  items: VectorHybrid
  /** absent where the generation has no advertiser run, or is of an older adseq */
  advertisers?: VectorHybrid
  /** what the funnel reads beside vectors; absent in a generation of an older adseq */
  tables?: Tables
  /** absent where none was trained */
  ranker?: LightRanker
}

/**
 * Opens a published generation: manifest and files are checked against their checksums first.
 * @param indexFolder the workspace's index/ @param published the store's row (currentGeneration())
 * @param towers encode histories that have no stored vector
 * @throws UserError when a file is missing, cut short or changed
 */
export async function openGeneration(
  indexFolder: string,
  published: PublishedGeneration,
  towers: Partial<Record<Kind, UserTower>> = {},
): Promise<Generation> {
  const manifest = readManifest(indexFolder, published)
  const { index, itemRun, advertiserRun, advertisers } = manifest
  const path = (name: string): string => join(indexFolder, published.id, name)
  await verifyFile(published.id, path(FILES.items), manifest.vectors)
  const parts = vectorsOf(path(FILES.items), manifest, 'item', itemRun)
  if (index.search !== 'exact') {
    const graph = await HnswIndex.load(path(FILES.index), index, index.expansionSearch)
    // the first version had every item in the graph, equal ones too
    const rows = manifest.version === 1 ? undefined : graphRows({ ...parts, bonus: bonusOf(parts) }).rows
    const items = new ItemIndex(graph, parts.width, rows)
    // measured once, when it is built: whoever opens it searches alike
    const cost = index.cost ?? (await measureSearchCost(items, parts.vectors, parts.width))
    parts.index = { items, cost }
  }
  const opened: Generation = { manifest, items: new VectorHybrid('item', parts, towers.item) }
  if (advertisers && advertiserRun !== undefined) {
    await verifyFile(published.id, path(FILES.advertisers), advertisers.vectors)
    const others = vectorsOf(path(FILES.advertisers), manifest, 'advertiser', advertiserRun)
    opened.advertisers = new VectorHybrid('advertiser', others, towers.advertiser)
  }
  if (manifest.funnel) {
    const { tables, ranker } = manifest.funnel
    await verifyFile(published.id, path(FILES.tables), tables)
    const { arrays, metadata } = readSafetensors(path(FILES.tables))
    opened.tables = tablesFromArrays(arrays, metadata)
    if (ranker) {
      await verifyFile(published.id, path(FILES.ranker), ranker)
      opened.ranker = LightRanker.load(path(FILES.ranker))
    }
  }
  return opened
}

/**
 * The vectors of a generation's items alone, checked as `openGeneration` does: [items, width].
 * @throws UserError when their file is missing, cut short or changed
 */
export async function openItemVectors(
  indexFolder: string,
  published: PublishedGeneration,
): Promise<Pick<HybridVectors, 'vectors' | 'width'>> {
  const manifest = readManifest(indexFolder, published)
  const path = join(indexFolder, published.id, FILES.items)
  await verifyFile(published.id, path, manifest.vectors)
  return vectorsOf(path, manifest, 'item', manifest.itemRun)
}

/** What a file of vectors and its manifest hold of one level. */
function vectorsOf(path: string, manifest: GenerationManifest, level: Kind, run: string): HybridVectors {
  const { arrays } = readSafetensors(path)
  const { shape, data } = arrays[level === 'item' ? 'items' : 'advertisers']
  return {
    run,
    vectors: data as Float32Array,
    width: shape[1],
    popularity: (arrays.popularity?.data as Float32Array | undefined) ?? new Float32Array(shape[0]),
    weights: manifest.weights?.[level] ?? null,
    seed: manifest.seed ?? 0,
    masked: manifest.history === 'masked',
  }
}
