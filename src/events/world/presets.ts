import type { WorldKnobs } from './knobs.js'

/**
 * Many users with short histories rather than few with long ones: each is one example of a project, and a sequence
 * model that sees too few of them learns the users by heart instead of the order.
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
  popularitySkew: 1,
  onsiteShare: 0.2,
  domainShift: 0.7,
}

/** Worlds that have a name. `tutorial` takes seconds; `tiny` is for tests. */
export const PRESETS = {
  tutorial,
  tiny: { ...tutorial, users: 300, items: 900, advertisers: 40, themes: 4 },
} as const satisfies Record<string, WorldKnobs>

export type PresetName = keyof typeof PRESETS
