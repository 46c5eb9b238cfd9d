import { join } from 'node:path'
import type { AnnIndex } from '../ann/ann-index.js'
import { HnswIndex } from '../ann/hnsw.js'
import { INDEX_FILE, readManifest, type GenerationManifest, type PublishedGeneration } from './generation-files.js'

/** A published generation with its index in memory: its files may be removed meanwhile. */
export interface Generation {
  manifest: GenerationManifest
  index: AnnIndex
}

/**
 * Opens a published generation: manifest and index are checked against their checksums first.
 * @param indexFolder the workspace's index/ @param published the store's row (currentGeneration())
 * @throws UserError when a file is missing, cut short or changed
 */
export async function openGeneration(indexFolder: string, published: PublishedGeneration): Promise<Generation> {
  const manifest = readManifest(indexFolder, published)
  const path = join(indexFolder, published.id, INDEX_FILE)
  return { manifest, index: await HnswIndex.load(path, manifest.index, manifest.index.expansionSearch) }
}

/** Items by index (store id - 1) and cosine, best first. */
export interface RetrievedItems {
  items: Int32Array
  scores: Float32Array
}

/**
 * The k best items of a generation for a user vector (fewer where the catalog has fewer).
 * @param vector [d], made by the user tower of the generation's item run
 */
export async function retrieveItems(generation: Generation, vector: Float32Array, k: number): Promise<RetrievedItems> {
  if (vector.length !== generation.index.width)
    throw new Error(`retrieveItems: a vector of width ${vector.length} for an index of width ${generation.index.width}`)
  const { counts, entries, scores } = await generation.index.search(vector, k)
  return { items: entries.slice(0, counts[0]), scores: scores.slice(0, counts[0]) }
}
