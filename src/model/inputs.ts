import type { TensorSpec } from '../engine/types.js'
import { POPULARITY_COLUMNS } from '../features/popularity.js'
import { PROFILE_ADVERTISERS, PROFILE_CATEGORIES, PROFILE_ITEMS } from '../features/history-profile.js'
import { CATEGORY_LEVELS, TITLE_TOKENS } from '../features/snapshot.js'

/** Price buckets (0 = unknown), event type codes (0 = padding) and domain codes (0 = padding) as one-hot widths. */
export const PRICE_BUCKETS = 32
export const TYPE_CODES = 8
export const DOMAIN_CODES = 4

const f32 = (...shape: number[]): TensorSpec => ({ shape, dtype: 'float32' })
const i32 = (...shape: number[]): TensorSpec => ({ shape, dtype: 'int32' })

export type InputSpecs = Record<string, TensorSpec>

/**
 * What the user tower reads for S histories of T events. Histories are aligned right: the latest event is at T - 1,
 * padding comes first. Int inputs of padding are 0.
 */
export function historyInputs(S: number, T: number): InputSpecs {
  return {
    'event.item': i32(S * T), // item index + 1; 0 = none: row of the frozen item vector table
    'event.advertiser': i32(S * T, 2), // two hash buckets; 0 = unknown
    'event.category': i32(S * T, CATEGORY_LEVELS), // hash bucket a level; 0 = unknown
    'event.type': i32(S * T), // type code + 1
    'event.domain': i32(S * T), // domain code + 1
    'event.price': i32(S * T), // price bucket
    'event.time': f32(S * T, 2), // log1p(days before the anchor), log1p(days since the previous event)
    'event.mask': f32(S, T), // 1 = event, 0 = padding
  }
}

/**
 * What the user tower reads of whole histories for N outputs: rows of tables with weights; row 0 with weight 0 is
 * padding.
 */
export function profileInputs(N: number): InputSpecs {
  return {
    'profile.item': i32(N, PROFILE_ITEMS), // item index + 1
    'profile.item.weight': f32(N, PROFILE_ITEMS),
    'profile.category': i32(N, PROFILE_CATEGORIES),
    'profile.category.weight': f32(N, PROFILE_CATEGORIES),
    'profile.advertiser': i32(N * PROFILE_ADVERTISERS, 2),
    'profile.advertiser.weight': f32(N, PROFILE_ADVERTISERS),
  }
}

/** What the context layers read for N requests; all zeros: there is no context. */
export function contextInputs(N: number): InputSpecs {
  return {
    'context.present': f32(N), // 1 = there is a context, 0 = none: the user's vector stays as it is
    'context.category': i32(N, CATEGORY_LEVELS), // hash bucket a level; 0 = none
    'context.title': i32(N, TITLE_TOKENS), // hash buckets of words searched; 0 = none
    'context.item': i32(N), // item index + 1 of the page; 0 = none
    'context.price': i32(N), // price bucket
    'context.hour': i32(N), // hour (UTC) + 1; 0 = unknown
    'context.weekday': i32(N), // day from Monday on + 1; 0 = unknown
  }
}

/** What the item tower reads for C items. */
export function itemInputs(C: number): InputSpecs {
  return {
    'candidate.row': i32(C), // item index + 1
    'candidate.advertiser': i32(C, 2),
    'candidate.category': i32(C, CATEGORY_LEVELS),
    'candidate.title': i32(C, TITLE_TOKENS), // hash buckets; 0 = none
    'candidate.price': i32(C),
    // log shares of events and of users, up to the anchor and of the last 30 days
    'candidate.popularity': f32(C, POPULARITY_COLUMNS),
  }
}

/** What the advertiser tower reads for C advertisers. */
export function advertiserInputs(C: number): InputSpecs {
  return {
    'candidate.row': i32(C), // advertiser index + 1: row of the frozen advertiser aggregates
    'candidate.advertiser': i32(C, 2),
    'candidate.popularity': f32(C, POPULARITY_COLUMNS),
  }
}

/** What the loss reads for R rows against C candidates, of which the first R are the rows' own positives. */
export function lossInputs(R: number, C: number): InputSpecs {
  return {
    // all-action, next-action: the row's sequence, in [0, S); dense-all-action: s * T + t of the row's output position
    'row.output': i32(R),
    'row.weight': f32(R), // label weight w(type of the positive)
    'candidate.logq': f32(C), // log of the expected count of the candidate in the batch
    // 1 = in the denominator; 0 = the same item as the positive elsewhere, or another positive of this user's window
    mask: f32(R, C),
  }
}
