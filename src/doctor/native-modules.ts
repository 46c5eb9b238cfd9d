import { brokenInstall, installAgain } from '../core/broken-install.js'
import { UserError } from '../core/errors.js'
import { failed, ok, type Check, type Finding } from './finding.js'

/** SQLite and usearch load and compute. */
export const nativeModules: Check = async () => [await attempt('sqlite', sqlite), await attempt('usearch', usearch)]

/** A check that throws is a finding of its own. */
export async function attempt(check: string, run: () => Promise<string>): Promise<Finding> {
  try {
    return ok(check, await run())
  } catch (error) {
    const known = error instanceof UserError ? error : brokenInstall(error)
    const why = known?.message ?? (error instanceof Error ? error.message.split('\n')[0] : String(error))
    return failed(check, `${check} does not work here: ${why}`, known?.hint ?? installAgain())
  }
}

async function sqlite(): Promise<string> {
  const { sqliteVersion } = await import('../store/integrity.js')
  return `SQLite ${sqliteVersion()} loads`
}

async function usearch(): Promise<string> {
  const { HnswIndex } = await import('../ann/hnsw.js')
  const index = await HnswIndex.build(Float32Array.of(1, 0, 0, 1), 2, {
    connectivity: 4,
    expansionAdd: 8,
    expansionSearch: 8,
  })
  const { entries } = await index.search(Float32Array.of(0, 1), 1)
  if (entries[0] !== 1) throw new Error('a search of two vectors found the wrong one')
  return 'usearch loads and finds a nearest neighbour'
}
