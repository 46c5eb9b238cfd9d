import { hashInt, hashString } from '../core/hash.js'

/**
 * A 64-bit digest of all data, kept up to date row by row: the sum of a hash of each row. A sum does not depend on how
 * rows were grouped into transactions, so an import that was killed and resumed has the digest of one that was not.
 */
export class DataDigest {
  private low = 0
  private high = 0

  /** @param text what `toString` gave, or undefined for no data */
  constructor(text?: string) {
    if (text === undefined) return
    this.low = Number.parseInt(text.slice(8), 16) | 0
    this.high = Number.parseInt(text.slice(0, 8), 16) | 0
  }

  addEvent(
    seq: number,
    user: number,
    item: number,
    advertiser: number,
    type: number,
    domain: number,
    time: number,
  ): void {
    const kind = type * 8 + domain
    let a = Math.imul(seq, 0x9e3779b1)
    let b = Math.imul(seq, 0x85ebca77)
    a = Math.imul((a ^ user) + (a >>> 15), 0x85ebca6b)
    b = Math.imul((b ^ user) + (b >>> 13), 0xc2b2ae35)
    a = Math.imul((a ^ item) + (a >>> 15), 0x27d4eb2f)
    b = Math.imul((b ^ item) + (b >>> 13), 0x165667b1)
    a = Math.imul((a ^ advertiser) + (a >>> 15), 0x2c1b3c6d)
    b = Math.imul((b ^ advertiser) + (b >>> 13), 0x297a2d39)
    a = Math.imul((a ^ kind) + (a >>> 15), 0x7feb352d)
    b = Math.imul((b ^ kind) + (b >>> 13), 0x846ca68b)
    a = Math.imul((a ^ time) + (a >>> 15), 0x5bd1e995)
    b = Math.imul((b ^ time) + (b >>> 13), 0x1b873593)
    this.low = (this.low + (a ^ (a >>> 16))) | 0
    this.high = (this.high + (b ^ (b >>> 16))) | 0
  }

  /** A row of the catalog: which table, which id, and what was written. */
  addText(table: string, id: number, text: string): void {
    const seed = hashInt(id, hashString(table))
    this.low = (this.low + hashString(text, seed)) | 0
    this.high = (this.high + hashString(text, seed ^ 0x5f356495)) | 0
  }

  /** 16 hex characters. */
  toString(): string {
    return hex(this.high) + hex(this.low)
  }
}

const hex = (x: number): string => (x >>> 0).toString(16).padStart(8, '0')
