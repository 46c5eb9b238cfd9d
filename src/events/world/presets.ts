import type { WorldKnobs } from './knobs.js'

const tutorial: WorldKnobs = {
  users: 4000,
  items: 4000,
  advertisers: 300,
  themes: 12,
  days: 150,
  start: Date.UTC(2025, 0, 1) / 1000,
  sessionsPerUser: 18,
  orderDependence: 0.85,
  drift: 0.5,
  noise: 0.05,
  conversionRate: 0.08,
  checkoutRate: 0.45,
  signupRate: 0.01,
  popularitySkew: 0.8,
  onsiteShare: 0.25,
  domainShift: 0.7,
}

/** Worlds that have a name. `tutorial` takes seconds; `tiny` is for tests. */
export const PRESETS = {
  tutorial,
  tiny: { ...tutorial, users: 300, items: 400, advertisers: 40, themes: 4, days: 90, sessionsPerUser: 14 },
} as const satisfies Record<string, WorldKnobs>

export type PresetName = keyof typeof PRESETS
