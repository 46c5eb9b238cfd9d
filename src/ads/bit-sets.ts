import { UserError } from '../core/errors.js'

/** Numbers of the bit sets of one inventory: 256 MB. */
const MOST_BITS = 2 ** 26

/** 32-bit numbers that a set of such words takes; at least 1. */
export const bitWords = (words: readonly string[]): number => Math.max(1, Math.ceil(words.length / 32))

/** True where the set of a row holds a word. @param width of `bitWords` @param word its index; -1 is in no set */
export function hasBit(sets: Uint32Array, width: number, row: number, word: number): boolean {
  return word >= 0 && (sets[row * width + (word >>> 5)] & (1 << (word & 31))) !== 0
}

/** Makes bit sets of JSON arrays of words; few of them differ. */
export class BitSetMaker {
  readonly words: string[] = []
  private readonly numbers = new Map<string, number>()
  private readonly sets = new Map<string, number[]>()
  private readonly rows: (number[] | undefined)[]

  constructor(rows: number) {
    this.rows = new Array<number[] | undefined>(rows)
  }

  set(row: number, json: string | null): void {
    if (json === null) return
    let set = this.sets.get(json)
    if (set === undefined) this.sets.set(json, (set = (JSON.parse(json) as string[]).map((word) => this.number(word))))
    this.rows[row] = set
  }

  /** @param what the words are @throws UserError where there are too many of them */
  bits(what: string): Uint32Array {
    const { rows, words } = this
    const width = bitWords(words)
    if (rows.length * width > MOST_BITS)
      throw new UserError(
        `The ${rows.length} campaigns have ${words.length} different ${what}: too many to be held in memory.`,
        `Name fewer ${what}, for example by their ISO codes, and import the ads again.`,
      )
    const bits = new Uint32Array(rows.length * width)
    for (let row = 0; row < rows.length; row++)
      for (const word of rows[row] ?? []) bits[row * width + (word >>> 5)] |= 1 << (word & 31)
    return bits
  }

  private number(word: string): number {
    let number = this.numbers.get(word)
    if (number === undefined) this.numbers.set(word, (number = this.words.push(word) - 1))
    return number
  }
}
