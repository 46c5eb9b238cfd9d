import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomic } from '../core/atomic.js'
import { hasCode } from '../core/errors.js'
import { tableFile, type Columns } from '../core/table-file.js'
import { pathsOf } from '../store/paths.js'
import type { Store } from '../store/store.js'
import type { Experiment, ExperimentResult } from './experiment.js'
import { COLUMNS } from './outcomes.js'

/** As `adseq import impressions` reads them; it leaves the last ones aside. */
const IMPRESSIONS: Columns = {
  user: 'text',
  ad: 'text',
  time: 'whole',
  position: 'whole',
  propensity: 'number',
  clicked: 'whole',
  converted: 'whole',
  spend: 'number',
  arm: 'text',
  noticed: 'whole',
  incremental: 'whole',
}
const USERS: Columns = {
  user: 'text',
  arm: 'text',
  ...Object.fromEntries(COLUMNS.map((name) => [name, 'number' as const])),
}

/**
 * Keeps what an experiment was made of in simulations/NAME: result.json, impressions.parquet (a row an ad that was
 * shown) and users.parquet (a row a user who asked for ads).
 * @returns the folder; undefined in a workspace that is only there to be looked at
 */
export async function saveTables(
  workspace: { folder: string; store: Store },
  name: string,
  made: Experiment,
): Promise<string | undefined> {
  try {
    return await save(workspace, name, made)
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EROFS', 'EPERM')) return undefined
    throw error
  }
}

async function save(
  workspace: { folder: string; store: Store },
  name: string,
  { result, shown, outcomes, split }: Experiment,
): Promise<string> {
  const folder = join(pathsOf(workspace.folder).simulations, name)
  mkdirSync(folder, { recursive: true })
  const users = workspace.store.externalIds('users')
  const ads = workspace.store.ads.externalIds()
  const impressions = await tableFile('parquet', join(folder, 'impressions.parquet'), IMPRESSIONS)
  for (const one of shown)
    impressions.row([
      ...[users[one.user], ads[one.ad], one.time, one.place + 1, one.propensity],
      ...[Number(one.clicked), Number(one.converted), one.spend],
      ...[result.arms[one.arm], Number(one.noticed), Number(one.incremental)],
    ])
  impressions.finish()
  const table = await tableFile('parquet', join(folder, 'users.parquet'), USERS)
  split.forEach((arm, user) => {
    if (outcomes.requests[user] > 0)
      table.row([users[user], result.arms[arm], ...COLUMNS.map((column) => outcomes[column][user])])
  })
  table.finish()
  writeFileAtomic(join(folder, 'result.json'), `${JSON.stringify(result satisfies ExperimentResult, undefined, 2)}\n`)
  return folder
}
