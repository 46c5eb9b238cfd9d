import type { AdInventory } from '../ads/inventory.js'
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
  kept: number[]
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
  const { ads, sources } = candidates
  const order = Array.from(ads.keys()).sort((a, b) => scores[b] - scores[a] || ads[a] - ads[b])
  const dropped: (Dropped | undefined)[] = new Array<undefined>(ads.length).fill(undefined)
  const { kept, keptOf } = withinQuotas(order, sources, options.quotas)
  const stays = new Set(kept)
  for (const c of order) if (!stays.has(c)) dropped[c] = 'quota'

  const blended: Blended[] = []
  const ofAdvertiser = new Map<number, number>()
  const items = new Set<number>()
  const standard = { room: Math.ceil(options.k * options.standardShare), passed: [] as number[] }
  // candidates by what they count now: only those of an advertiser that was just chosen change
  const heap = new Heap(
    kept,
    (c) => scores[c],
    (c) => ads[c],
  )
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
  order: readonly number[],
  sources: Candidates['sources'],
  quotas: readonly number[],
): { kept: number[]; keptOf: number[] } {
  const keptOf = quotas.map(() => 0)
  const kept = order.filter((c) => {
    let stays = false
    for (const { generator } of sources[c]) {
      if (keptOf[generator] >= quotas[generator]) continue
      keptOf[generator]++
      stays = true
    }
    return stays
  })
  return { kept, keptOf }
}

/** The highest score first, of equal ones the lower key. */
class Heap {
  private readonly slots: Blended[]

  constructor(
    candidates: readonly number[],
    score: (candidate: number) => number,
    private readonly key: (candidate: number) => number,
  ) {
    // sorted by score is a heap already
    this.slots = candidates.map((candidate) => ({ candidate, score: score(candidate) }))
  }

  pop(): Blended | undefined {
    const { slots } = this
    const top = slots[0]
    const last = slots.pop()
    if (top === undefined || last === undefined || slots.length === 0) return top
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= slots.length) break
      if (child + 1 < slots.length && this.before(slots[child + 1], slots[child])) child++
      if (!this.before(slots[child], last)) break
      slots[i] = slots[child]
      i = child
    }
    slots[i] = last
    return top
  }

  push(one: Blended): void {
    const { slots } = this
    let i = slots.push(one) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!this.before(one, slots[parent])) break
      slots[i] = slots[parent]
      i = parent
    }
    slots[i] = one
  }

  private before(a: Blended, b: Blended): boolean {
    return a.score !== b.score ? a.score > b.score : this.key(a.candidate) < this.key(b.candidate)
  }
}
