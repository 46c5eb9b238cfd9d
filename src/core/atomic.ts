import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a file so that a reader sees the old content or the new, never a part: temporary file in the same folder,
 * fsync, rename, fsync of the folder.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array | Iterable<Uint8Array>): void {
  const temporary = `${path}.tmp-${process.pid}`
  const file = openSync(temporary, 'w')
  try {
    try {
      if (typeof data === 'string') writeAll(file, Buffer.from(data))
      else if (data instanceof Uint8Array) writeAll(file, data)
      else for (const part of data) writeAll(file, part)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  fsyncFolder(dirname(path))
}

/** Makes a finished file durable and visible under its final name: fsync, rename, fsync of the folder. */
export function publishFile(temporary: string, path: string): void {
  const file = openSync(temporary, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
  fsyncFolder(dirname(path))
}

/** Makes renames and new names in a folder durable. */
export function fsyncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function writeAll(file: number, data: Uint8Array): void {
  let at = 0
  while (at < data.byteLength) at += writeSync(file, data, at, Math.min(data.byteLength - at, 1 << 26))
}
