import type { Generated } from './generate.js'

/** That a generator found an ad. */
export interface Source {
  /** index of the generator */
  generator: number
  /** from 1 */
  rank: number
  /** the generator's own */
  score: number
}

/** The ads that generators found, each once, with all that found it. */
export interface Candidates {
  ads: Int32Array
  sources: readonly (readonly Source[])[]
}

/** @param found what each generator brought, by index; null: it was left out */
export function union(found: readonly (Generated | null)[]): Candidates {
  const sources = new Map<number, Source[]>()
  found.forEach((one, generator) => {
    one?.ads.forEach((ad, i) => {
      const source = { generator, rank: i + 1, score: one.scores[i] }
      const known = sources.get(ad)
      if (known) known.push(source)
      else sources.set(ad, [source])
    })
  })
  return { ads: Int32Array.from(sources.keys()), sources: [...sources.values()] }
}

/** Added to every rank, so that a first place of one generator does not outweigh good places of several. */
const FUSION = 60

/** Without a light ranker: the sum of 1 / (60 + rank) over generators (reciprocal rank fusion, Cormack et al. 2009). */
export function fusion({ ads, sources }: Candidates): Float32Array {
  return Float32Array.from(ads, (_, i) => sources[i].reduce((sum, { rank }) => sum + 1 / (FUSION + rank), 0))
}
