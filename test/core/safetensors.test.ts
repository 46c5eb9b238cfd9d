import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { readSafetensors, writeSafetensors } from '../../src/core/safetensors.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'adseq-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const sample = {
  bytes: { shape: [3], data: Uint8Array.of(1, 2, 3) },
  times: { shape: [2], data: Uint32Array.of(7, 4_000_000_000) },
  weights: { shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 1e-30) },
  wide: { shape: [1], data: Float64Array.of(Math.PI) },
  empty: { shape: [0, 4], data: new Int32Array(0) },
}

test('arrays of every type, shapes and metadata come back as written', () => {
  const path = join(folder, 'a.safetensors')
  writeSafetensors(path, sample, { run: 'r1' })
  const { arrays, metadata } = readSafetensors(path)
  expect(arrays).toEqual(sample)
  expect(metadata.run).toBe('r1')
  expect(readdirSync(folder)).toEqual(['a.safetensors'])
})

test('the layout is the one of the safetensors format', () => {
  const path = join(folder, 'a.safetensors')
  writeSafetensors(path, { x: { shape: [2], data: Float32Array.of(1, 2) } })
  const bytes = readFileSync(path)
  const length = Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as { x: unknown }
  expect(header.x).toEqual({ dtype: 'F32', shape: [2], data_offsets: [0, 8] })
  expect(bytes.readFloatLE(8 + length)).toBe(1)
  expect(bytes.readFloatLE(8 + length + 4)).toBe(2)
  expect((8 + length) % 8).toBe(0)
})

test('a file that is cut short, changed or missing is refused with what to do', () => {
  const path = join(folder, 'a.safetensors')
  writeSafetensors(path, sample)
  const good = readFileSync(path)
  const refused = (why: RegExp): void => {
    try {
      readSafetensors(path)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(UserError)
      expect((error as UserError).message).toMatch(why)
      expect((error as UserError).hint).not.toBe('')
    }
  }
  truncateSync(path, good.length - 1)
  refused(/cut short/)
  truncateSync(path, 20)
  refused(/shorter/)
  truncateSync(path, 3)
  refused(/shorter/)
  const bad = Buffer.from(good)
  bad[bad.length - 1] ^= 1
  writeFileSync(path, bad)
  refused(/checksum/)
  rmSync(path)
  refused(/missing/)
})

test('a shape that does not fit the data is a fault of the caller', () => {
  expect(() => writeSafetensors(join(folder, 'x'), { x: { shape: [3], data: Float32Array.of(1) } })).toThrow(
    /1 values for shape \[3\]/,
  )
})
