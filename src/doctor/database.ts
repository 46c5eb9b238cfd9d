import { existsSync } from 'node:fs'
import { UserError } from '../core/errors.js'
import { importCommand } from '../store/imports.js'
import { pathsOf } from '../store/paths.js'
import { sqliteTrouble } from '../store/sqlite-trouble.js'
import { failed, ok, warning, type Check, type Finding } from './finding.js'
import { count } from '../text/numbers.js'

const RESTORE = 'Restore adseq.db from a copy, or move it away and import again; runs/ stays usable.'

/** adseq.db is ours, of a known schema, whole, and no import is unfinished. */
export const database: Check = async ({ folder }) => {
  const path = pathsOf(folder).database
  if (!existsSync(path))
    return [
      warning(
        'database',
        `There is no data in ${folder} yet.`,
        'Import events (adseq import csv FILES) or make some (adseq generate-data).',
      ),
    ]
  const { checkDatabase } = await import('../store/integrity.js')
  try {
    const { schema, problems } = checkDatabase(path)
    if (problems.length > 0)
      return [failed('database', `${path} is damaged: ${problems[0].replaceAll('\n', ' ')}`, RESTORE)]
    return await contents(folder, schema)
  } catch (error) {
    const trouble = error instanceof UserError ? error : sqliteTrouble(error, path)
    if (trouble) return [failed('database', trouble.message, trouble.hint)]
    throw error
  }
}

async function contents(folder: string, schema: number): Promise<Finding[]> {
  const { openStore } = await import('../store/open.js')
  const store = openStore(folder, { readonly: true })
  try {
    const { users, items, advertisers, events } = store.counts()
    const findings = [
      ok(
        'database',
        `${count(events)} events, ${count(users)} users, ${count(items)} items, ${count(advertisers)} ` +
          `advertisers; schema ${schema}, no damage found`,
      ),
    ]
    for (const { name, format, rows, status } of store.imports.all()) {
      if (status === 'running') {
        findings.push(
          warning(
            'database',
            `${name} is unfinished: ${count(rows)} rows are in.`,
            `Run the same ${importCommand(format)} command again: it goes on where it stopped.`,
          ),
        )
      }
    }
    return findings
  } finally {
    store.close()
  }
}
