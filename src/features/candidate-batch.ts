import type { ItemFeatures } from './item-features.js'
import { POPULARITY_COLUMNS, type Popularity } from './popularity.js'
import { CATEGORY_LEVELS, TITLE_TOKENS } from './snapshot.js'

/** The arrays of a candidate tower's input, named and shaped as src/model/inputs.ts says. */
export type CandidateArrays = Record<string, Float32Array | Int32Array>

/**
 * The item tower's input for items `entries`, padded with rows of zeros up to C.
 * @param moments unix seconds: popularity is as of moments[c], or of one moment for all
 */
export function fillItems(
  features: ItemFeatures,
  popularity: Popularity,
  entries: ArrayLike<number>,
  moments: ArrayLike<number> | number,
  C = entries.length,
): CandidateArrays {
  const row = new Int32Array(C)
  const advertiser = new Int32Array(C * 2)
  const category = new Int32Array(C * CATEGORY_LEVELS)
  const title = new Int32Array(C * TITLE_TOKENS)
  const price = new Int32Array(C)
  for (let c = 0; c < entries.length; c++) {
    const i = entries[c]
    row[c] = i + 1
    price[c] = features.price[i]
    advertiser[2 * c] = features.itemAdvertiser[2 * i]
    advertiser[2 * c + 1] = features.itemAdvertiser[2 * i + 1]
    for (let l = 0; l < CATEGORY_LEVELS; l++)
      category[c * CATEGORY_LEVELS + l] = features.category[i * CATEGORY_LEVELS + l]
    for (let l = 0; l < TITLE_TOKENS; l++) title[c * TITLE_TOKENS + l] = features.title[i * TITLE_TOKENS + l]
  }
  return {
    'candidate.row': row,
    'candidate.advertiser': advertiser,
    'candidate.category': category,
    'candidate.title': title,
    'candidate.price': price,
    'candidate.popularity': popularityRows(popularity, entries, moments, C),
  }
}

/**
 * The advertiser tower's input for advertisers `entries`, padded with rows of zeros up to C; moments as in fillItems.
 */
export function fillAdvertisers(
  features: ItemFeatures,
  popularity: Popularity,
  entries: ArrayLike<number>,
  moments: ArrayLike<number> | number,
  C = entries.length,
): CandidateArrays {
  const row = new Int32Array(C)
  const advertiser = new Int32Array(C * 2)
  for (let c = 0; c < entries.length; c++) {
    const a = entries[c]
    row[c] = a + 1
    advertiser[2 * c] = features.advertiser[2 * a]
    advertiser[2 * c + 1] = features.advertiser[2 * a + 1]
  }
  return {
    'candidate.row': row,
    'candidate.advertiser': advertiser,
    'candidate.popularity': popularityRows(popularity, entries, moments, C),
  }
}

function popularityRows(
  popularity: Popularity,
  entries: ArrayLike<number>,
  moments: ArrayLike<number> | number,
  C: number,
): Float32Array {
  const out = new Float32Array(C * POPULARITY_COLUMNS)
  for (let c = 0; c < entries.length; c++)
    popularity.features(entries[c], typeof moments === 'number' ? moments : moments[c], out, POPULARITY_COLUMNS * c)
  return out
}
