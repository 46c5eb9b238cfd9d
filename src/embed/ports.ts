import type { Kind } from '../config/schema.js'

/** Histories to encode, as rows of the snapshot: user index and end (exclusive) of the history. */
export interface HistoryRows {
  users: Int32Array
  ends: Int32Array
}

/** The user tower of a finished run, as inference needs it. */
export interface UserTower {
  /** id of the run */
  readonly run: string
  readonly kind: Kind
  /** d, the width of its vectors */
  readonly width: number
  /** Unit vectors [Q, d], row-major, of histories as seen at `anchorTime` (unix seconds). */
  encodeUsers(histories: HistoryRows, anchorTime: number): Promise<Float32Array>
}

/** The item tower of a finished run, as the index needs it. */
export interface ItemTower {
  /** id of the run */
  readonly run: string
  /** d */
  readonly width: number
  /** Unit vectors [to - from, d] of the items [from, to). Needs no user tower. */
  encodeItems(from: number, to: number): Promise<Float32Array>
}
