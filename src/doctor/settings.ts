import { existsSync } from 'node:fs'
import { UserError } from '../core/errors.js'
import { pathsOf } from '../store/paths.js'
import { failed, ok, warning, type Check } from './finding.js'

/** adseq.yaml is there and says something that can be. */
export const settings: Check = async ({ folder }) => {
  const { loadConfig } = await import('../config/load.js')
  try {
    const config = loadConfig(folder)
    if (!existsSync(pathsOf(folder).config))
      return [
        warning(
          'settings',
          `There is no adseq.yaml in ${folder}: defaults apply.`,
          'Run adseq init to write one with every setting explained.',
        ),
      ]
    return [ok('settings', `adseq.yaml is valid (engine ${config.engine.name}, ${config.model.userTower} user tower)`)]
  } catch (error) {
    if (error instanceof UserError) return [failed('settings', error.message, error.hint)]
    throw error
  }
}
