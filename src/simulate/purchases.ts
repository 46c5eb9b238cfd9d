import { EVENT_TYPES } from '../features/snapshot.js'
import type { OwnEvents } from './organic-life.js'
import type { Shown } from './outcomes.js'

const CHECKOUT = EVENT_TYPES.indexOf('checkout')

/** A purchase that an ad led to, and that is still to come. */
export interface Pending {
  /** unix seconds */
  time: number
  user: number
  item: number
  campaign: number
  /** charged when it comes */
  price: number
  /** uniform: decides with the knob whether it stands for one of their own */
  substitutes: number
  shown: Shown
  /** generators that found the ad */
  found: readonly number[]
}

/** Purchases to come, the earliest first; of one moment in the order in which they were added. */
export class PendingPurchases {
  private readonly queue: Pending[] = []

  add(pending: Pending): void {
    let at = this.queue.length
    while (at > 0 && this.queue[at - 1].time > pending.time) at--
    this.queue.splice(at, 0, pending)
  }

  /** Takes out those up to a moment. */
  until(time: number): Pending[] {
    let n = 0
    while (n < this.queue.length && this.queue[n].time <= time) n++
    return this.queue.splice(0, n)
  }
}

/** What users buy of their own, and which of it an ad has brought forward: it then does not come again. */
export class OwnPurchases {
  private readonly displaced: Uint8Array[]

  /** @param own [users] @param itemCategory of every item */
  constructor(
    private readonly own: readonly OwnEvents[],
    private readonly itemCategory: ArrayLike<number>,
  ) {
    this.displaced = own.map(({ time }) => new Uint8Array(time.length))
  }

  isDisplaced(user: number, event: number): boolean {
    return this.displaced[user][event] === 1
  }

  /**
   * A purchase by an ad: where the user would have bought the same item later it stands for that, and of another of its
   * category for the next of those with probability `substitution`.
   * @returns whether it stands for one of their own: then it brings nothing new
   */
  standsFor({ user, item, time, substitutes }: Pending, substitution: number): boolean {
    const { own, itemCategory, displaced } = this
    const { item: items, type, time: times } = own[user]
    const next = (fits: (other: number) => boolean): number => {
      for (let e = 0; e < items.length; e++)
        if (times[e] > time && type[e] === CHECKOUT && displaced[user][e] === 0 && fits(items[e])) return e
      return -1
    }
    let event = next((other) => other === item)
    if (event < 0 && substitutes < substitution) event = next((other) => itemCategory[other] === itemCategory[item])
    if (event >= 0) displaced[user][event] = 1
    return event >= 0
  }
}
