import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { crc32c, exportTensorboard, tfRecord } from '../../src/scale/tensorboard.js'

const folder = mkdtempSync(join(tmpdir(), 'adseq-tensorboard-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('sums by CRC-32C', () => {
  // the check value of the Rocksoft catalogue, and RFC 3720 B.4: 32 bytes of zeros
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
})

it('frames a record by its length and two checksums', () => {
  const record = tfRecord(Buffer.from('abc'))
  expect(record.length).toBe(8 + 4 + 3 + 4)
  expect(record.readBigUInt64LE(0)).toBe(3n)
  expect(record.subarray(12, 15).toString()).toBe('abc')
  const unmasked = (at: number): number => {
    const turned = (record.readUInt32LE(at) - 0xa282ead8) >>> 0
    return ((turned >>> 17) | (turned << 15)) >>> 0
  }
  expect(unmasked(8)).toBe(crc32c(record.subarray(0, 8)))
  expect(unmasked(15)).toBe(crc32c(Buffer.from('abc')))
})

it('writes the scalars of every phase of every run', () => {
  expect(() => exportTensorboard(folder, join(folder, 'none'))).toThrow('no run whose curves')
  const run = join(folder, 'runs', 'item-1')
  mkdirSync(run, { recursive: true })
  const manifest = { version: 1, id: 'item-1', kind: 'item', created: '1970-01-01T00:01:40.000Z' }
  writeFileSync(join(run, 'manifest.json'), JSON.stringify(manifest))
  const step = { type: 'step', phase: 'select', step: 3, loss: 2.5, learningRate: 0.5, tau: 0.25, gradientNorm: 1 }
  const records = [
    { type: 'start', phase: 'select' },
    { ...step, rowsPerSecond: 64, seconds: 20 },
    { type: 'validation', phase: 'select', step: 3, recall: { '10': 0.125 }, best: true },
  ]
  writeFileSync(join(run, 'metrics.jsonl'), records.map((one) => `${JSON.stringify(one)}\n`).join(''))
  const to = join(folder, 'curves')
  expect(exportTensorboard(folder, to)).toEqual(['item-1'])
  // no refit yet
  expect(readdirSync(join(to, 'item-1'))).toEqual(['select'])
  const bytes = readFileSync(join(to, 'item-1', 'select', 'events.out.tfevents.adseq'))
  const events: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at))
    events.push(bytes.subarray(at + 12, at + 12 + length))
    at += length + 16
  }
  expect(events).toHaveLength(3)
  // wall_time: field 1, eight bytes: the beginning, then 20 s later, and the validation after that step
  expect(events.map((event) => [event[0], event.readDoubleLE(1)])).toEqual([
    [9, 100],
    [9, 120],
    [9, 120],
  ])
  expect(events[0].subarray(11).toString()).toBe('brain.Event:2')
  // step: field 2, a varint; a value: tag (field 1), then field 2 as a float
  expect([...events[1].subarray(9, 11)]).toEqual([16, 3])
  const valueAfter = (event: Buffer, name: string): number => event.readFloatLE(event.indexOf(name) + name.length + 1)
  expect(valueAfter(events[1], 'train/loss')).toBe(2.5)
  expect(valueAfter(events[1], 'train/temperature')).toBe(0.25)
  expect(valueAfter(events[2], 'validation/item recall@10')).toBe(0.125)
})
