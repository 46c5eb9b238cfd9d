/** A static shape for encoding: rows at a time, and events (or nothing) a row. */
export interface Block {
  rows: number
  length: number
}

/** Tokens of a full block: large enough to keep every thread busy, small enough to stay in the cache. */
const TOKENS = 8192
/** Rows of the block for a handful of users. */
const FEW = 8

/** The lengths that histories are padded to: a quarter, half and all of the model's length. */
export function encodeLengths(length: number): number[] {
  return [...new Set([length >> 2, length >> 1, length])].filter((l) => l >= 8 || l === length)
}

/** The block to encode n histories of one length with: one alone is somebody who waits for an answer. */
export function blockFor(n: number, length: number): Block {
  if (n === 1) return { rows: 1, length }
  return { rows: n <= FEW ? FEW : Math.max(FEW, Math.floor(TOKENS / length)), length }
}
