import { UserError } from '../core/errors.js'
import { readSafetensors, writeSafetensors, type NamedArray, type TypedArray } from '../core/safetensors.js'
import type { Level } from '../protocol/queries.js'
import type { Recommender } from '../retrieve/recommender.js'
import type { PerUser } from './metrics.js'

/** The hits of one row of a report, user by user. */
export interface UserHits {
  level: Level
  kind: Recommender['kind']
  name: string
  /** of a model, a hybrid, a funnel */
  run?: string
  /** of a baseline: as flags name it */
  baseline?: string
  perUser: PerUser
}

/** eval-<protocol hash>.hits.safetensors, beside eval-<protocol hash>.json. */
export const hitsName = (protocolHash: string): string => `eval-${protocolHash}.hits.safetensors`

/**
 * Writes the rows of a report: per level the conversions to find [users], all and new, and per row the hits at every K
 * [K, users]. Users are in the order of the evaluation set, which protocol and data decide.
 * @returns the checksum of the file
 */
export function writeHits(path: string, rows: readonly UserHits[]): string {
  const arrays: Record<string, NamedArray> = {}
  const about = rows.map(({ perUser, ...row }, i) => {
    const { level } = row
    const [users, K] = [perUser.totals.length, perUser.at.length]
    arrays[`${level}.totals`] ??= { shape: [users], data: perUser.totals }
    arrays[`${level}.totalsNew`] ??= { shape: [users], data: perUser.totalsNew }
    arrays[`${i}.hits`] = { shape: [K, users], data: compact(perUser.hits) }
    arrays[`${i}.hitsNew`] = { shape: [K, users], data: compact(perUser.hitsNew) }
    return row
  })
  return writeSafetensors(path, arrays, { version: '1', at: rows[0].perUser.at.join(), rows: JSON.stringify(about) })
}

/** @throws UserError when the file is missing, damaged, or not the one the report names */
export function readHits(path: string, checksum: string): UserHits[] {
  const { arrays, metadata } = readSafetensors(path)
  if (metadata.checksum !== checksum)
    throw new UserError(
      `${path} is not the file that its report names: the checksums differ.`,
      'Run adseq eval of this run again.',
    )
  if (metadata.version !== '1')
    throw new UserError(`${path} was written by another adseq.`, 'Run adseq eval of this run again.')
  const at = metadata.at.split(',').map(Number)
  const about = JSON.parse(metadata.rows) as Omit<UserHits, 'perUser'>[]
  return about.map((row, i) => ({
    ...row,
    perUser: {
      at,
      totals: Float64Array.from(arrays[`${row.level}.totals`].data),
      totalsNew: Float64Array.from(arrays[`${row.level}.totalsNew`].data),
      hits: perK(arrays[`${i}.hits`]),
      hitsNew: perK(arrays[`${i}.hitsNew`]),
    },
  }))
}

/** Counts in as few bytes as hold the largest: hits are whole numbers. */
function compact(hits: readonly Float64Array[]): TypedArray {
  const [users, K] = [hits[0].length, hits.length]
  const most = hits.reduce((m, row) => row.reduce((a, b) => Math.max(a, b), m), 0)
  const out =
    most < 256 ? new Uint8Array(K * users) : most < 65_536 ? new Uint16Array(K * users) : new Uint32Array(K * users)
  hits.forEach((row, k) => out.set(row, k * users))
  return out
}

function perK({ shape, data }: NamedArray): Float64Array[] {
  const [K, users] = shape
  return Array.from({ length: K }, (_, k) => Float64Array.from(data.subarray(k * users, (k + 1) * users)))
}
