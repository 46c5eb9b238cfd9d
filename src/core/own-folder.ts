import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of adseq's own package.json, for sources and for what is built of them. */
export const OWN_FOLDER = nearestPackage(dirname(fileURLToPath(import.meta.url)))

function nearestPackage(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : nearestPackage(dirname(folder))
}

/** In a clone of the repository, not installed as a package. */
export const IS_CLONE = existsSync(join(OWN_FOLDER, 'package-lock.json'))
