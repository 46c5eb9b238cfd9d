import type { Visitor } from './request.js'
import { Tally } from './tally.js'

/** A tally of the visitor that was asked about last: counted once, however often it is read. */
export class VisitorTally {
  private visitor: Visitor | undefined
  private readonly tally: Tally

  constructor(
    entries: number,
    private readonly count: (visitor: Visitor, into: Tally) => void,
  ) {
    this.tally = new Tally(entries)
  }

  read(visitor: Visitor): Tally {
    if (this.visitor !== visitor) {
      // not theirs before it is whole
      this.visitor = undefined
      this.count(visitor, this.tally.clear())
      this.visitor = visitor
    }
    return this.tally
  }
}
