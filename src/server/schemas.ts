import { z } from 'zod'
import { badId } from '../events/import/row.js'
import { EARLIEST, LATEST } from '../events/import/timestamps.js'
import { MAX_HISTORY } from '../features/made-up-history.js'
import { EVENT_TYPES } from '../features/snapshot.js'
import { MAPPED } from './item-map.js'

/** Bounds of what a request may ask for. */
export const MAX_RESULTS = 1000
export const MAX_ID = 256
/** items marked on a map */
const MAX_MARKED = 100
export const MAX_BODY_BYTES = 256 * 1024

const externalId = z.string().min(1).max(MAX_ID)

/** Unix seconds, or an ISO 8601 date with a time zone; handed on as unix seconds. */
const moment = z.union(
  [
    z.number().int().min(0).max(4_294_967_294),
    z.iso
      .datetime({ offset: true })
      .transform((text) => Math.floor(Date.parse(text) / 1000))
      .pipe(z.number().min(0).max(4_294_967_294)),
  ],
  { error: 'a time is unix seconds, or a text with its time zone such as "2026-01-31T12:00:00Z"' },
)

export const idParams = z.strictObject({ id: externalId })

/** ?k=20 */
export const candidatesQuery = z.strictObject({
  k: z.coerce.number().int().min(1).max(MAX_RESULTS).default(100),
})

/** Words that a search takes. */
const MOST_WORDS = 10

/** ?q=red+lamp&k=10; read as words */
export const searchQuery = z.strictObject({
  q: z
    .string()
    .max(MAX_ID)
    .default('')
    .transform((text) => text.split(/\s+/).filter(Boolean))
    .pipe(z.array(z.string()).max(MOST_WORDS)),
  k: z.coerce.number().int().min(1).max(100).default(10),
})

/** ?k=20 of what is listed beside an entry */
export const listQuery = z.strictObject({
  k: z.coerce.number().int().min(1).max(MAX_RESULTS).default(20),
})

/** ?k=5000&item=i5&item=i9: points of a map, and items placed beside them */
export const mapQuery = z.strictObject({
  k: z.coerce.number().int().min(0).max(MAPPED).default(5000),
  item: z.union([externalId.transform((one) => [one]), z.array(externalId).max(MAX_MARKED)]).default([]),
})

/** ?events=20: latest events of a user */
export const userQuery = z.strictObject({
  events: z.coerce.number().int().min(0).max(MAX_HISTORY).default(20),
})

/** One event of a posted history. An event has an item, or an advertiser, or both; times default to the anchor. */
export const postedEvent = z
  .strictObject({
    type: z.enum(EVENT_TYPES),
    item: externalId.optional(),
    advertiser: externalId.optional(),
    domain: z.enum(['offsite', 'onsite']).default('offsite'),
    time: moment.optional(),
  })
  .refine((event) => event.item !== undefined || event.advertiser !== undefined, {
    message: 'an event needs an item or an advertiser',
  })

export const retrieveBody = z.strictObject({
  events: z.array(postedEvent).min(1).max(MAX_HISTORY),
  k: z.number().int().min(1).max(MAX_RESULTS).default(100),
})

export const eventsBody = z.strictObject({
  /** a new one makes a new user; as an import takes it */
  user: externalId.superRefine((text, { addIssue }) => {
    const bad = text === text.trim() ? badId(text) : 'has blanks around it'
    if (bad) addIssue(`the id ${bad}`)
  }),
  events: z
    .array(
      postedEvent.refine(({ time }) => time === undefined || (time >= EARLIEST && time < LATEST), {
        error: 'a time lies between 1990 and 2100',
        path: ['time'],
      }),
    )
    .min(1)
    .max(MAX_HISTORY),
})

export type SearchQuery = z.output<typeof searchQuery>
export type ListQuery = z.output<typeof listQuery>
export type MapQuery = z.output<typeof mapQuery>
export type UserQuery = z.output<typeof userQuery>
export type EventsBody = z.output<typeof eventsBody>

const word = z.string().min(1).max(64)
const names = z.array(externalId).max(10_000).default([])

export const adsBody = z
  .strictObject({
    user: externalId.optional(),
    events: z.array(postedEvent).min(1).max(MAX_HISTORY).optional(),
    /** where and when: the country defaults to the user's attribute, the time to the server's clock */
    context: z
      .strictObject({
        country: word.optional(),
        time: moment.optional(),
        /** flags of campaigns that may not be shown */
        policy: z.array(word).max(64).default([]),
        /** what is searched: a category by its path or name, or words */
        search: z.string().trim().min(1).max(MAX_ID).optional(),
        /** the item whose page is open */
        item: externalId.optional(),
        /** what about it is to cost */
        price: z.number().min(0).max(1e12).optional(),
      })
      .prefault({}),
    k: z.number().int().min(1).max(MAX_RESULTS).default(20),
    /** what is not to be shown */
    exclude: z.strictObject({ ads: names, items: names, advertisers: names }).prefault({}),
    /** ads that the user was shown, beside those in the store */
    impressions: z
      .array(z.strictObject({ ad: externalId, time: moment }))
      .max(10_000)
      .default([]),
    /** tell what every stage did */
    trace: z.boolean().default(false),
  })
  .refine(({ user, events }) => (user === undefined) !== (events === undefined), {
    message: 'give a user or a history (events), one of the two',
  })

export type AdsBody = z.output<typeof adsBody>
export type PostedEvent = z.output<typeof postedEvent>
export type RetrieveBody = z.output<typeof retrieveBody>
export type CandidatesQuery = z.output<typeof candidatesQuery>
