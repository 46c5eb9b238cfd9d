import { UserError } from '../../core/errors.js'
import { THEMES } from './themes.js'

/**
 * What a world is made of. Sizes come first; the behavioural knobs after them are independent of each other, and each
 * says the effect it should have on what a learner can find.
 */
export interface WorldKnobs {
  users: number
  items: number
  advertisers: number
  /** Life projects a world knows (1 to 12), each with a trail of ten categories. */
  themes: number
  /** Length of the span in days. */
  days: number
  /** First moment of the span, unix seconds. */
  start: number
  /** Mean visits of a user over the whole span (a visit has about seven events); single users differ log-normally. */
  sessionsPerUser: number

  /**
   * 0 to 1: the share of offsite visits that follow the user's project along its trail; the rest draw every category
   * from the theme at random. 1 = what was seen, and in which order, says what comes next. 0 = histories are bags of
   * events: category transitions are independent, and a sequence model has nothing to gain over pooling.
   */
  orderDependence: number
  /**
   * Expected changes of interest of a user in 100 days. Higher: old events say less, and recency pays. 0 = the
   * interests of the first day are those of the last. A project is given up with the interest it came from.
   */
  drift: number
  /**
   * 0 to 1: the share of visits that have nothing to do with the user: items drawn by popularity alone. 1 = nothing
   * can beat the popularity baseline.
   */
  noise: number
  /** Probability that an offsite view puts its item into the cart. Lower: sparser conversions, noisier recall. */
  conversionRate: number
  /** Probability that an item in the cart is bought, three times in four within the visit, else at the next one. */
  checkoutRate: number
  /** Probability that an offsite view makes a user sign up with an advertiser they have no account with. */
  signupRate: number
  /**
   * Exponent s of item popularity within an advertiser's assortment (and of onsite popularity): the r-th item ~ r^-s.
   * Higher: the popularity baseline is stronger, the log-Q correction matters more, and coverage is lower.
   */
  popularitySkew: number
  /**
   * Exponent s of advertiser popularity: the r-th largest ~ r^-s, and their assortment ~ r^-0.6s. Higher: few
   * advertisers own the results, at advertiser level first. 0 = all advertisers are equal.
   */
  advertiserConcentration: number
  /** 0 to 1: the share of visits that are onsite (engagement with the platform itself: views and clicks). */
  onsiteShare: number
  /**
   * 0 to 1: how far onsite popularity is from offsite popularity. 0 = the same item distribution, 1 = unrelated.
   * Higher: item ids carry over less between the domains, categories still do.
   */
  domainShift: number
  /**
   * 0 to 1: how far themes follow the time of the year. Higher: popularity of the last 30 days beats that of all time.
   */
  seasonality: number
  /**
   * 0 to 1: the probability that an item put into the cart makes the user look at its category's complement, a fixed
   * category of another theme. Higher: co-visitation gains, and so does a model that learns pairs of categories.
   */
  complements: number
  /**
   * 0 to 1: the probability that a consumable (12 categories) is bought again, the same item, when it is used up, two
   * to six weeks later. Higher: own repeats gain, and when something was bought matters beside what was.
   */
  replenishment: number
}

export type KnobName = keyof WorldKnobs

/** The smallest and largest value of every knob. */
export const KNOB_RANGES: Record<KnobName, readonly [number, number]> = {
  users: [1, 10_000_000],
  items: [1, 10_000_000],
  advertisers: [1, 1_000_000],
  themes: [1, THEMES.length],
  days: [2, 3650],
  start: [0, 4_000_000_000],
  sessionsPerUser: [0.1, 10_000],
  orderDependence: [0, 1],
  drift: [0, 100],
  noise: [0, 1],
  conversionRate: [0, 0.5],
  checkoutRate: [0, 1],
  signupRate: [0, 1],
  popularitySkew: [0, 3],
  advertiserConcentration: [0, 3],
  onsiteShare: [0, 1],
  domainShift: [0, 1],
  seasonality: [0, 1],
  complements: [0, 1],
  replenishment: [0, 1],
}

const WHOLE: readonly KnobName[] = ['users', 'items', 'advertisers', 'themes', 'days', 'start']

/** @throws UserError that names the first knob with a value no world can have. */
export function checkKnobs(knobs: WorldKnobs): void {
  for (const [name, [low, high]] of Object.entries(KNOB_RANGES) as [KnobName, [number, number]][]) {
    const value = knobs[name]
    if (!(value >= low && value <= high))
      throw new UserError(
        `${name} is ${value}, which is not between ${low} and ${high}.`,
        `Set it within that range: --set ${name}=${low}.`,
      )
    if (WHOLE.includes(name) && !Number.isInteger(value))
      throw new UserError(
        `${name} is ${value}, which is not a whole number.`,
        `Round it: --set ${name}=${Math.round(value)}.`,
      )
  }
  if (knobs.advertisers > knobs.items)
    throw new UserError(
      `${knobs.advertisers} advertisers cannot share ${knobs.items} items.`,
      'Give the world at least one item per advertiser: --set items=... or --set advertisers=....',
    )
  if (knobs.items < knobs.themes * 10)
    throw new UserError(
      `${knobs.items} items cannot fill the ${knobs.themes * 10} categories of ${knobs.themes} themes.`,
      `Set items to ${knobs.themes * 10} or more, or themes lower.`,
    )
}

/**
 * Applies `key=value` texts (the flag --set) to a preset's knobs.
 * @throws UserError for an unknown knob (naming all) or a value that is not a number.
 */
export function setKnobs(knobs: WorldKnobs, settings: readonly string[]): WorldKnobs {
  const result = { ...knobs }
  for (const setting of settings) {
    const at = setting.indexOf('=')
    const name = setting.slice(0, at)
    const text = setting.slice(at + 1).trim()
    if (at < 1 || !Object.hasOwn(KNOB_RANGES, name))
      throw new UserError(
        `"${setting}" sets no knob of the world.`,
        `Write --set NAME=VALUE with one of: ${Object.keys(KNOB_RANGES).join(', ')}.`,
      )
    const value = name === 'start' && /^\d{4}-/.test(text) ? Date.parse(text) / 1000 : Number(text)
    if (text === '' || !Number.isFinite(value))
      throw new UserError(
        `${name} is set to "${text}", which is not a number.`,
        `Write for example --set ${name}=${knobs[name as KnobName]}.`,
      )
    result[name as KnobName] = value
  }
  checkKnobs(result)
  return result
}
