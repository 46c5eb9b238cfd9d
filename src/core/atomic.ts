import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { faultPoint } from './fault.js'
import { isRunning } from './running.js'

/**
 * Writes a file so that a reader sees the old content or the new, never a part: temporary file in the same folder,
 * fsync, rename, fsync of the folder.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array | Iterable<Uint8Array>): void {
  const temporary = `${path}.tmp-${process.pid}`
  sweepTemporaries(dirname(path), (name) => name === basename(path))
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
    moveInto(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Makes a finished file durable and visible under its final name: fsync, rename, fsync of the folder. */
export function publishFile(temporary: string, path: string): void {
  const file = openSync(temporary, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  moveInto(temporary, path)
}

function moveInto(temporary: string, path: string): void {
  faultPoint(`write ${basename(path)}`)
  renameSync(temporary, path)
  fsyncFolder(dirname(path))
  faultPoint(`wrote ${basename(path)}`)
}

/** Removes temporary files and folders that processes that are no more have left in a folder. */
export function sweepTemporaries(folder: string, of: (name: string) => boolean): void {
  for (const file of readdirSync(folder)) {
    const [, name, pid] = /^(.+)\.tmp-(\d+)$/.exec(file) ?? []
    if (name !== undefined && of(name) && Number(pid) !== process.pid && !isRunning(Number(pid)))
      rmSync(join(folder, file), { recursive: true, force: true })
  }
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
