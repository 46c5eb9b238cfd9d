import type { WorldKnobs } from './knobs.js'

/**
 * Many users with short histories rather than few with long ones: each is one example of a project, and a sequence
 * model that sees too few of them learns the users by heart instead of the order. Pairs and repeats are there, but
 * rare: what they add, pooling learns as well and sooner.
 */
const tutorial: WorldKnobs = {
  users: 6000,
  items: 3000,
  advertisers: 300,
  themes: 12,
  days: 120,
  start: Date.UTC(2025, 0, 1) / 1000,
  sessionsPerUser: 12,
  orderDependence: 0.9,
  drift: 0.5,
  noise: 0.05,
  conversionRate: 0.12,
  checkoutRate: 0.45,
  signupRate: 0.01,
  popularitySkew: 0.7,
  advertiserConcentration: 1,
  onsiteShare: 0.2,
  domainShift: 0.7,
  seasonality: 0.4,
  complements: 0.1,
  replenishment: 0.2,
}

/** Ten times the tutorial in every direction that costs time: an hour of training rather than a minute. */
const small: WorldKnobs = { ...tutorial, users: 60_000, items: 30_000, advertisers: 2000 }

/**
 * As many users and items as a real shop window has: 50 million events. To try what the store and the snapshot bear.
 */
const large: WorldKnobs = { ...tutorial, users: 1_000_000, items: 1_000_000, advertisers: 20_000, sessionsPerUser: 7.5 }

/** Where it hurts: sparse conversions, drift, noise, a strong popularity baseline, and engagement unlike shopping. */
const hard: WorldKnobs = {
  ...small,
  sessionsPerUser: 8,
  orderDependence: 0.5,
  drift: 2,
  noise: 0.3,
  conversionRate: 0.03,
  popularitySkew: 1,
  advertiserConcentration: 1.3,
  domainShift: 1,
}

/** Worlds that have a name. `tutorial` takes seconds; `tiny` is for tests. */
export const PRESETS = {
  tutorial,
  small,
  large,
  hard,
  tiny: { ...tutorial, users: 300, items: 900, advertisers: 40, themes: 4 },
} as const satisfies Record<string, WorldKnobs>

export type PresetName = keyof typeof PRESETS
