import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Kind } from '../config/schema.js'
import { writeFileAtomic } from '../core/atomic.js'
import { UserError } from '../core/errors.js'
import { double, float, integer, message, text } from '../core/protobuf.js'
import { listRuns } from '../runs/manifest.js'
import { MetricsLog } from '../runs/metrics-log.js'
import type { Phase, TrainRecord } from '../runs/records.js'
import { runFolder } from '../store/paths.js'

/**
 * Writes the curves of all runs as event files of TensorBoard, DIR/RUN/PHASE/events.out.tfevents.adseq, each whole at
 * once; files of an earlier call are replaced. Runs at work are written as far as they are.
 * @returns the runs written, oldest first
 * @throws UserError when there is no run
 */
export function exportTensorboard(workspace: string, to: string): string[] {
  const runs = listRuns(workspace)
  if (runs.length === 0)
    throw new UserError('There is no run whose curves could be written.', 'Train one: adseq train item.')
  for (const manifest of runs) {
    const records = new MetricsLog(runFolder(workspace, manifest.id)).read()
    for (const phase of ['select', 'refit'] as const) {
      const started = Date.parse(manifest.created) / 1000
      const events = eventsOf(records, phase, manifest.kind, started)
      if (events.length === 0) continue
      const folder = join(to, manifest.id, phase)
      if (!existsSync(folder)) mkdirSync(folder, { recursive: true })
      const first = message(3, Buffer.from('brain.Event:2'))
      const start = double(1, started)
      writeFileAtomic(
        join(folder, 'events.out.tfevents.adseq'),
        Buffer.concat([Buffer.concat([start, first]), ...events].map(tfRecord)),
      )
    }
  }
  return runs.map(({ id }) => id)
}

/**
 * Each record with scalars as an Event (tensorflow/core/util/event.proto).
 * @param started unix seconds; a validation is as late as the step before it
 */
function eventsOf(records: readonly TrainRecord[], phase: Phase, kind: Kind, started: number): Buffer[] {
  let seconds = 0
  return records.flatMap((record) => {
    if ((record.type !== 'step' && record.type !== 'validation') || record.phase !== phase) return []
    if (record.type === 'step') seconds = record.seconds
    const scalars = record.type === 'step' ? ofStep(record) : ofValidation(record, kind)
    // Summary: repeated Value { tag = 1, simple_value = 2 }
    const values = Object.entries(scalars).map(([name, x]) => message(1, Buffer.concat([text(1, name), float(2, x)])))
    return [Buffer.concat([double(1, started + seconds), integer(2, record.step), message(5, Buffer.concat(values))])]
  })
}

const ofStep = (record: TrainRecord & { type: 'step' }): Record<string, number> => ({
  'train/loss': record.loss,
  'train/learning rate': record.learningRate,
  'train/temperature': record.tau,
  'train/gradient norm': record.gradientNorm,
  'train/rows a second': record.rowsPerSecond,
})

const ofValidation = (record: TrainRecord & { type: 'validation' }, kind: Kind): Record<string, number> => ({
  ...Object.fromEntries(Object.entries(record.recall).map(([k, x]) => [`validation/${kind} recall@${k}`, x])),
  ...Object.fromEntries(
    Object.entries(record.advertisers ?? {}).map(([k, x]) => [`validation/advertiser recall@${k} by best item`, x]),
  ),
  ...(record.score !== undefined && { 'validation/score': record.score }),
})

/**
 * A record of a TFRecord file: its length, the length's checksum, the bytes, their checksum
 * (tensorflow.org/tutorials/load_data/tfrecord).
 */
export function tfRecord(bytes: Buffer): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(bytes.length))
  return Buffer.concat([length, checksum(length), bytes, checksum(bytes)])
}

/** CRC-32C, turned and shifted so that a checksum of data that holds checksums is a good one. */
function checksum(bytes: Buffer): Buffer {
  const crc = crc32c(bytes)
  const out = Buffer.alloc(4)
  out.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0)
  return out
}

/** CRC-32C (Castagnoli 1993), unsigned. */
export function crc32c(bytes: Uint8Array): number {
  let crc = ~0
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8)
  return ~crc >>> 0
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})
