import { z } from 'zod'
import { MAX_HISTORY } from '../features/made-up-history.js'
import { EVENT_TYPES } from '../features/snapshot.js'

/** Bounds of what a request may ask for. */
export const MAX_RESULTS = 1000
export const MAX_ID = 256
export const MAX_BODY_BYTES = 256 * 1024

const externalId = z.string().min(1).max(MAX_ID)

/** Unix seconds, or an ISO 8601 date with a time zone; handed on as unix seconds. */
const moment = z.union([
  z.number().int().min(0).max(4_294_967_294),
  z.iso
    .datetime({ offset: true })
    .transform((text) => Math.floor(Date.parse(text) / 1000))
    .pipe(z.number().min(0).max(4_294_967_294)),
])

export const userParams = z.strictObject({ id: externalId })

/** ?k=20 */
export const candidatesQuery = z.strictObject({
  k: z.coerce.number().int().min(1).max(MAX_RESULTS).default(100),
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

export type PostedEvent = z.output<typeof postedEvent>
export type RetrieveBody = z.output<typeof retrieveBody>
export type CandidatesQuery = z.output<typeof candidatesQuery>
