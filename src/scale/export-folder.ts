import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fsyncFolder, sweepTemporaries, writeFileAtomic } from '../core/atomic.js'
import { UserError } from '../core/errors.js'
import { faultPoint } from '../core/fault.js'
import { sha256File } from '../core/hash.js'

export interface ExportedFile {
  /** from the folder on: towers/item.onnx */
  path: string
  bytes: number
  sha256: string
}

export const MANIFEST = 'manifest.json'

/**
 * Fills a folder that is there whole or not at all: `fill` writes into one of a temporary name beside it, which gets
 * its name when everything is on the disk. What killed exports to the same folder left is removed first.
 * @param fill writes files into the folder given, and returns what the manifest says beside `files`
 * @returns the manifest
 * @throws UserError when the folder is there already and not empty, or cannot be made
 */
export async function exportFolder<T extends object>(
  folder: string,
  fill: (temporary: string) => Promise<T>,
): Promise<T & { files: ExportedFile[] }> {
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0))
    throw new UserError(
      `${folder} exists already${statSync(folder).isDirectory() ? ' and is not empty' : ' and is a file'}.`,
      'Name another folder with --to, or remove that one.',
    )
  const parent = dirname(folder)
  const temporary = join(parent, `.${basename(folder)}.tmp-${process.pid}`)
  try {
    mkdirSync(parent, { recursive: true })
    sweepTemporaries(parent, (name) => name === `.${basename(folder)}`)
    mkdirSync(temporary)
  } catch (error) {
    throw new UserError(
      `${folder} cannot be made: ${error instanceof Error ? error.message : String(error)}`,
      'Name a folder that can be written with --to.',
    )
  }
  try {
    const filled = await fill(temporary)
    const manifest = { ...filled, files: await filesOf(temporary) }
    writeFileAtomic(join(temporary, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`)
    faultPoint('name export')
    renameSync(temporary, folder)
    fsyncFolder(parent)
    return manifest
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    throw error
  }
}

async function filesOf(folder: string): Promise<ExportedFile[]> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const files: ExportedFile[] = []
  for (const path of paths)
    files.push({ path: path.slice(folder.length + 1), bytes: statSync(path).size, sha256: await sha256File(path) })
  return files
}
