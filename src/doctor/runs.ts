import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../core/errors.js'
import { readSafetensors } from '../core/safetensors.js'
import { runFolder, pathsOf } from '../store/paths.js'
import { failed, ok, warning, type Check, type Finding } from './finding.js'

/** Every run has a manifest that can be read; a finished one its whole models, an unfinished one a whole checkpoint. */
export const runs: Check = async ({ folder }) => {
  const path = pathsOf(folder).runs
  const ids = existsSync(path)
    ? readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
    : []
  if (ids.length === 0) return [ok('runs', 'no run yet')]
  const found = await Promise.all(ids.sort().map((id) => run(folder, id)))
  const whole = found.filter((finding) => finding.status === 'ok').length
  const rest = found.filter((finding) => finding.status !== 'ok')
  return whole > 0 ? [ok('runs', `${whole} finished, checksums verified`), ...rest] : rest
}

async function run(folder: string, id: string): Promise<Finding> {
  const [{ readManifest }, { verifyModel }] = await Promise.all([
    import('../runs/manifest.js'),
    import('../runs/model-file.js'),
  ])
  const files = runFolder(folder, id)
  try {
    const { status, kind, selectedChecksum } = readManifest(files)
    if (status === 'done') {
      verifyModel(files, 'final')
      if (selectedChecksum !== undefined) verifyModel(files, 'selected', selectedChecksum)
      return ok('runs', id)
    }
    const checkpoint = join(files, 'checkpoint.safetensors')
    if (existsSync(checkpoint)) readSafetensors(checkpoint)
    return warning(
      'runs',
      `Run ${id} is unfinished.`,
      `Run adseq train ${kind} with the same settings to go on, or delete ${files}.`,
    )
  } catch (error) {
    if (error instanceof UserError)
      return failed('runs', error.message, `Delete ${files} and train again, or restore it from a copy.`)
    throw error
  }
}
