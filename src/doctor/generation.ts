import { existsSync } from 'node:fs'
import { UserError } from '../core/errors.js'
import { count } from '../text/numbers.js'
import { runFolder, pathsOf } from '../store/paths.js'
import { failed, ok, type Check, type Finding } from './finding.js'

/** The generation that is served: its files match their checksums, and its runs are there. */
export const generation: Check = async ({ folder }) => {
  if (!existsSync(pathsOf(folder).database)) return []
  const [{ openStore }, { verifyGeneration }] = await Promise.all([
    import('../store/open.js'),
    import('../generations/files.js'),
  ])
  let store
  try {
    store = openStore(folder, { readonly: true })
  } catch (error) {
    // the database check says what is wrong with it
    if (error instanceof UserError) return []
    throw error
  }
  try {
    const current = store.currentGeneration()
    if (!current) return [ok('generation', 'none published yet')]
    const findings: Finding[] = []
    for (const run of [current.itemRun, current.advertiserRun]) {
      if (run && !existsSync(runFolder(folder, run)))
        findings.push(
          failed(
            'generation',
            `Generation ${current.id} was made by run ${run}, which is gone.`,
            'Restore the run from a copy, or publish a new generation: adseq infer, then adseq index.',
          ),
        )
    }
    const { items } = await verifyGeneration(pathsOf(folder).index, current)
    return findings.length > 0
      ? findings
      : [ok('generation', `${current.id} is served: ${count(items)} items, checksums verified`)]
  } catch (error) {
    if (error instanceof UserError) return [failed('generation', error.message, error.hint)]
    throw error
  } finally {
    store.close()
  }
}
