import { hashString } from '../../core/hash.js'

/**
 * Numbers external ids in the order they come, from 0, without keeping their text: two 32-bit hashes stand for an id,
 * so among ten million ids two are taken for one with probability 3e-6.
 */
export class IdSet {
  private size = 1 << 12
  private low = new Uint32Array(this.size)
  private high = new Uint32Array(this.size)
  private numbers = new Int32Array(this.size)
  count = 0

  /** The number of an id; `count - 1` when it is new. */
  add(id: string): number {
    const low = hashString(id, 1)
    const high = hashString(id, 2)
    let slot = low & (this.size - 1)
    for (; this.numbers[slot] !== 0; slot = (slot + 1) & (this.size - 1))
      if (this.low[slot] === low && this.high[slot] === high) return this.numbers[slot] - 1
    this.low[slot] = low
    this.high[slot] = high
    this.numbers[slot] = ++this.count
    const number = this.count - 1
    if (this.count * 2 > this.size) this.grow()
    return number
  }

  private grow(): void {
    const { low, high, numbers, size } = this
    this.size = size * 2
    this.low = new Uint32Array(this.size)
    this.high = new Uint32Array(this.size)
    this.numbers = new Int32Array(this.size)
    for (let i = 0; i < size; i++) {
      if (numbers[i] === 0) continue
      let slot = low[i] & (this.size - 1)
      while (this.numbers[slot] !== 0) slot = (slot + 1) & (this.size - 1)
      this.low[slot] = low[i]
      this.high[slot] = high[i]
      this.numbers[slot] = numbers[i]
    }
  }
}
