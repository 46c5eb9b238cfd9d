import type { AdInventory } from '../ads/inventory.js'
import { bestPlaces } from '../core/best-places.js'
import type { Candidates } from './candidates.js'

export interface BlendOptions {
  /** ads to hand on */
  k: number
  /** ads of one advertiser at most */
  advertiserCap: number
  /** each ad of an advertiser makes the next count so much of its score; 1: no decay */
  diversity: number
  /** share of the ads that may be standard ads, where there are shopping ads enough */
  standardShare: number
  /** [generators] ads of each that may stay */
  quotas: readonly number[]
}

/** Why a candidate was left out after ranking. */
export type Dropped = 'quota' | 'advertiser cap' | 'same item' | 'standard share' | 'beyond k'

/** An ad that is handed on. */
export interface Blended {
  /** index among the candidates */
  candidate: number
  /** its score times the decay of its advertiser */
  score: number
}

export interface BlendResult {
  blended: Blended[]
  /** candidates within the quota of a generator, by score */
  kept: Int32Array
  /** [generators] of them that the generator found */
  keptOf: number[]
  /** [candidates] undefined: handed on */
  dropped: (Dropped | undefined)[]
}

/**
 * Quotas, then a greedy choice: always the candidate with the highest decayed score, of equal ones the ad of the lower
 * index, within the cap of its advertiser; an item once. The same candidates and scores give the same ads.
 * @param scores [candidates], not negative
 */
export function blend(
  candidates: Candidates,
  scores: ArrayLike<number>,
  { advertiser, item }: Pick<AdInventory, 'advertiser' | 'item'>,
  options: BlendOptions,
): BlendResult {
  const { ads } = candidates
  const order = bestPlaces(new Float64Array(scores), ads, ads.length)
  const { kept, keptOf } = withinQuotas(order, candidates, options.quotas)
  const dropped: (Dropped | undefined)[] = new Array<Dropped>(ads.length).fill('quota')
  for (const c of kept) dropped[c] = undefined

  const blended: Blended[] = []
  const ofAdvertiser = new Map<number, number>()
  const items = new Set<number>()
  const standard = { room: Math.ceil(options.k * options.standardShare), passed: [] as number[] }
  // candidates by what they count now: only those of an advertiser that was just chosen change
  const heap = new Heap(kept, scores, ads)
  const worth = (c: number): number => scores[c] * options.diversity ** (ofAdvertiser.get(advertiser[ads[c]]) ?? 0)
  const choose = (c: number, score: number): void => {
    blended.push({ candidate: c, score })
    // items of no advertiser are no assortment of one: neither cap nor decay is for them
    if (advertiser[ads[c]] >= 0) ofAdvertiser.set(advertiser[ads[c]], (ofAdvertiser.get(advertiser[ads[c]]) ?? 0) + 1)
    if (item[ads[c]] >= 0) items.add(item[ads[c]])
  }
  for (let top = heap.pop(); top && blended.length < options.k; top = heap.pop()) {
    const { candidate: c, score } = top
    const now = worth(c)
    if (now < score) {
      heap.push({ candidate: c, score: now })
      continue
    }
    const ad = ads[c]
    if ((ofAdvertiser.get(advertiser[ad]) ?? 0) >= options.advertiserCap) dropped[c] = 'advertiser cap'
    else if (item[ad] >= 0 && items.has(item[ad])) dropped[c] = 'same item'
    else if (item[ad] < 0 && standard.room === 0) standard.passed.push(c)
    else {
      if (item[ad] < 0) standard.room--
      choose(c, now)
    }
  }
  for (const c of standard.passed) {
    const full = (ofAdvertiser.get(advertiser[ads[c]]) ?? 0) >= options.advertiserCap
    if (blended.length < options.k && !full) choose(c, worth(c))
    else dropped[c] = full ? 'advertiser cap' : 'standard share'
  }
  const handed = new Set(blended.map(({ candidate }) => candidate))
  for (const c of kept) if (!handed.has(c)) dropped[c] ??= 'beyond k'
  return { blended, kept, keptOf, dropped }
}

/** Of each generator's ads the best by score, as many as its quota; an ad stays where any generator keeps it. */
function withinQuotas(
  order: Int32Array,
  { offsets, generator }: Candidates,
  quotas: readonly number[],
): { kept: Int32Array; keptOf: number[] } {
  const keptOf = quotas.map(() => 0)
  const kept = new Int32Array(order.length)
  let n = 0
  for (let i = 0; i < order.length; i++) {
    const c = order[i]
    let stays = false
    for (let s = offsets[c]; s < offsets[c + 1]; s++) {
      const g = generator[s]
      if (keptOf[g] >= quotas[g]) continue
      keptOf[g]++
      stays = true
    }
    if (stays) kept[n++] = c
  }
  return { kept: kept.subarray(0, n), keptOf }
}

/**
 * What is not chosen yet, the highest score first, of equal ones the lower ad. Those that count less by now than when
 * they were put in are put back, into a heap of their own: there are few of them, and the others stay as sorted.
 */
class Heap {
  private next = 0
  private readonly back: Blended[] = []

  /** @param sorted candidates by score, best first, of equal ones the lower ad */
  constructor(
    private readonly sorted: Int32Array,
    private readonly scores: ArrayLike<number>,
    private readonly ads: Int32Array,
  ) {}

  pop(): Blended | undefined {
    const { sorted, scores, back } = this
    if (this.next === sorted.length) return this.popBack()
    const candidate = sorted[this.next]
    const score = scores[candidate]
    if (back.length > 0 && this.before(back[0], { candidate, score })) return this.popBack()
    this.next++
    return { candidate, score }
  }

  push(one: Blended): void {
    const { back } = this
    let i = back.push(one) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!this.before(one, back[parent])) break
      back[i] = back[parent]
      i = parent
    }
    back[i] = one
  }

  private popBack(): Blended | undefined {
    const { back } = this
    const top = back[0]
    const last = back.pop()
    if (top === undefined || last === undefined || back.length === 0) return top
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= back.length) break
      if (child + 1 < back.length && this.before(back[child + 1], back[child])) child++
      if (!this.before(back[child], last)) break
      back[i] = back[child]
      i = child
    }
    back[i] = last
    return top
  }

  private before(a: Blended, b: Blended): boolean {
    return a.score !== b.score ? a.score > b.score : this.ads[a.candidate] < this.ads[b.candidate]
  }
}
