import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomic } from '../core/atomic.js'
import { UserError, hasCode } from '../core/errors.js'
import { nearest } from './nearest-key.js'

/** The text of a template. @param root the folder of the package @throws UserError when there is none of that name */
export function readTemplate(root: string, name: string): string {
  const folder = join(root, 'templates')
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -5))
  if (!names.includes(name)) {
    const near = nearest(name, names)
    throw new UserError(
      `There is no template ${name}.`,
      near ? `Did you mean ${near}?` : `Templates: ${names.join(', ')}.`,
    )
  }
  return readFileSync(join(folder, `${name}.yaml`), 'utf8')
}

/**
 * Writes adseq.yaml into a workspace folder, made if it is not there. Returns its path.
 * @throws UserError when there is one already (unless `force`)
 */
export function writeConfig(folder: string, text: string, force: boolean): string {
  const path = join(folder, 'adseq.yaml')
  if (!force && existsSync(path))
    throw new UserError(`${path} exists already.`, 'Keep it, or write it anew with --force.')
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    if (hasCode(error, 'EEXIST', 'ENOTDIR'))
      throw new UserError(`${folder} is not a folder.`, 'Name a folder with --workspace.')
    throw error
  }
  if (existsSync(path) && statSync(path).isDirectory())
    throw new UserError(`${path} is a folder.`, 'Move it away, or name another workspace with --workspace.')
  writeFileAtomic(path, text)
  return path
}
