import { openStore } from '../store/open.js'
import { pathsOf } from '../store/paths.js'
import type { Store } from '../store/store.js'
import { hasFiles, verifyGeneration } from './files.js'

export interface ListedGeneration {
  generation: string
  current: boolean
  /** ISO time of the build */
  created: string
  itemRun: string | null
  advertiserRun: string | null
  /** user vectors are read at or below this ingest number */
  seq: number
  items: number | null
  /** measured recall of the index against exact search */
  recall: number | null
  /** false: removed (adseq generations prune); it can no longer be served */
  files: boolean
}

/** All published generations of a workspace, newest first. */
export function listGenerations(folder: string): ListedGeneration[] {
  const store = openStore(folder, { readonly: true })
  try {
    return generationsOf(store)
  } finally {
    store.close()
  }
}

/** Those of an open store. */
export function generationsOf(store: Store): ListedGeneration[] {
  const current = store.currentGeneration()?.id
  return store.listGenerations().map(({ id, created, itemRun, advertiserRun, seq, info }) => ({
    generation: id,
    current: id === current,
    created: new Date(created * 1000).toISOString(),
    itemRun: itemRun ?? null,
    advertiserRun: advertiserRun ?? null,
    seq,
    items: (info.items as number | undefined) ?? null,
    recall: (info.recall as { recall: number } | null | undefined)?.recall ?? null,
    files: hasFiles(pathsOf(store.folder).index, id),
  }))
}

/**
 * Serves an earlier generation again, exactly as it was: its item vectors and index are checked first, and user vectors
 * are read at its own ingest number. A running server picks it up by itself.
 * @throws UserError when there is no such generation, or its files are missing or damaged
 */
export async function activateGeneration(folder: string, id: string): Promise<void> {
  const store = openStore(folder)
  try {
    const generation = store.generation(id)
    if (generation) await verifyGeneration(pathsOf(folder).index, generation)
    store.setCurrentGeneration(id)
  } finally {
    store.close()
  }
}
