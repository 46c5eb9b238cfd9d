import { z } from 'zod'

/** What routes answer, for /openapi.json; tests hold real answers against them. */

const time = z.string().describe('ISO 8601, UTC')
const seq = z.int().describe('an ingest number: the place of an event in the order of import')

export const problemAnswer = z
  .strictObject({ error: z.strictObject({ code: z.string(), message: z.string(), hint: z.string() }) })
  .describe('what is wrong, and what to try')

const generation = {
  generation: z.string(),
  itemRun: z.string(),
  advertiserRun: z.string().nullable(),
  seq,
  asOf: time.describe('the last event that its vectors know of'),
}

const ignored = z.strictObject({
  event: z.int().describe('place in the history sent, from 0'),
  item: z.string().optional(),
  advertiser: z.string().optional(),
  reason: z.enum(['unknown item', 'unknown advertiser']),
})

/** An item by the names it has outside. */
const aboutItem = {
  item: z.string(),
  title: z.string().nullable(),
  category: z.string().nullable(),
  price: z.number().nullable(),
  advertiser: z.string().nullable(),
  advertiserName: z.string().nullable(),
}

const rankedItem = z.strictObject({
  rank: z.int(),
  ...aboutItem,
  score: z.number(),
  source: z.literal('item-model'),
})

const rankedAdvertiser = z.strictObject({
  rank: z.int(),
  advertiser: z.string(),
  name: z.string().nullable(),
  score: z.number(),
  source: z.literal('advertiser-model'),
})

export const adsAnswer = z.strictObject({
  ads: z.array(
    z.strictObject({
      ad: z.string(),
      kind: z.enum(['standard', 'shopping']),
      advertiser: z.string().nullable(),
      advertiserName: z.string().nullable(),
      item: z.string().optional(),
      title: z.string().nullable(),
      price: z.number().optional(),
      score: z.number().describe('probability of a conversion, or fused ranks: see provenance.rankedBy'),
      sources: z.array(z.strictObject({ generator: z.string(), rank: z.int(), score: z.number() })),
    }),
  ),
  degraded: z.array(z.string()).describe('generators that were left out: late, or failed'),
  provenance: z.strictObject({
    ...generation,
    userSeq: seq.optional(),
    time,
    inventory: z.int().describe('version of the ads, raised by every change of them'),
    derived: z.boolean().describe('ads are made from the catalog, not by advertisers'),
    rankedBy: z.enum(['l1', 'fusion']),
  }),
  ignored: z.array(ignored).optional(),
  note: z.string().optional().describe('why there is no ad'),
  trace: z.looseObject({}).optional(),
})

export const eventsAnswer = z.strictObject({
  seq: seq.describe('of the last event of this post'),
  user: z.string(),
  stored: z.int(),
})

export const candidatesAnswer = z.strictObject({
  user: z.string(),
  provenance: z.strictObject({ ...generation, userSeq: seq, userAsOf: time }),
  advertisers: z.array(rankedAdvertiser),
  items: z.array(rankedItem),
})

export const retrieveAnswer = z.strictObject({
  provenance: z.strictObject({ ...generation, anchor: time }),
  used: z.int().describe('events that were read'),
  ignored: z.array(ignored),
  advertisers: z.array(rankedAdvertiser),
  items: z.array(rankedItem),
})

export const userAnswer = z.strictObject({
  user: z.string(),
  attributes: z.record(z.string(), z.union([z.string(), z.number()])),
  events: z.int().describe('in the store, known to the generation or not'),
  latest: z
    .array(
      z.strictObject({
        seq,
        time,
        type: z.string(),
        domain: z.string(),
        item: z.string().nullable(),
        title: z.string().nullable(),
        advertiser: z.string().nullable(),
      }),
    )
    .describe('latest first'),
  generation: z.strictObject({ generation: z.string(), seq }),
  served: z
    .strictObject({
      events: z.int(),
      seq,
      asOf: time,
      vector: z.boolean().describe('stored; else the user is encoded when they are asked for'),
      advertisers: z.int().nullable().describe('stored best advertisers'),
    })
    .nullable()
    .describe('what the generation knows of the user; null: nothing'),
})

const named = { title: z.string().nullable() }

export const searchAnswer = z.strictObject({
  users: z.array(z.strictObject({ user: z.string() })),
  items: z.array(z.strictObject({ item: z.string(), ...named })),
  advertisers: z.array(z.strictObject({ advertiser: z.string(), name: z.string().nullable() })),
})

export const advertiserAnswer = z.strictObject({
  advertiser: z.string(),
  name: z.string().nullable(),
  items: z.strictObject({ total: z.int(), first: z.array(z.strictObject({ item: z.string(), ...named })) }),
  ads: z
    .strictObject({
      total: z.int(),
      first: z.array(
        z.strictObject({
          ad: z.string(),
          kind: z.enum(['standard', 'shopping']),
          ...named,
          status: z.string(),
          item: z.string().nullable(),
        }),
      ),
    })
    .describe('in the store: a workspace without ads has none here'),
})

export const itemAnswer = z.strictObject({
  ...aboutItem,
  launched: time.nullable(),
  inGeneration: z.boolean(),
})

export const neighboursAnswer = z.strictObject({
  item: z.string(),
  provenance: z.strictObject(generation),
  exact: z.boolean().describe('false: an index found them, and may have missed some'),
  neighbours: z.array(rankedItem).describe('score: cosine of the item vectors'),
})

const place = { x: z.number(), y: z.number() }

export const mapAnswer = z.strictObject({
  provenance: z.strictObject(generation),
  items: z.int().describe('in the generation'),
  variance: z.tuple([z.number(), z.number()]).describe('share of the variance of the vectors along x, and along y'),
  categories: z
    .array(z.strictObject({ category: z.string().nullable(), items: z.int() }))
    .describe('the first level of the categories of the points, with most points first'),
  points: z
    .array(
      z.strictObject({
        item: z.string(),
        title: z.string().nullable(),
        category: z.int().describe('place in categories, from 0'),
        ...place,
      }),
    )
    .describe('all items, or so many of them drawn by chance; the same at every request'),
  marked: z
    .array(
      z.strictObject({ item: z.string(), title: z.string().nullable(), category: z.string().nullable(), ...place }),
    )
    .describe('the items that were asked for'),
})

const byK = z.record(z.string(), z.number()).describe('by K: {"10": 0.1, "100": 0.4}')

export const runsAnswer = z.strictObject({
  total: z.int().describe('finished runs; the newest of them are listed'),
  runs: z.array(
    z.strictObject({
      run: z.string(),
      kind: z.enum(['item', 'advertiser']),
      tower: z.string().nullable().describe('how a history becomes a vector'),
      created: time,
      steps: z.int().nullable(),
      seconds: z.number().nullable(),
      parameters: z.int(),
      recall: byK,
      study: z.string().nullable().describe('the sweep or reproduction it was trained for'),
      report: z
        .strictObject({
          written: time,
          windowDays: z.number(),
          rows: z.array(
            z.strictObject({
              name: z.string(),
              kind: z.string(),
              level: z.string(),
              users: z.int(),
              recall: byK,
              interval: z.record(z.string(), z.tuple([z.number(), z.number()])).describe('95 %, by K'),
            }),
          ),
        })
        .nullable()
        .describe('what the last evaluation of the run says of it'),
    }),
  ),
})

/** What is told of simulations/NAME/result.json. */
export const experiment = z.object({
  arms: z.array(z.string()).max(16),
  requests: z.int(),
  seconds: z.number(),
  design: z.string(),
  metrics: z
    .array(
      z.object({
        name: z.string(),
        arm: z.string(),
        control: z.number().nullable(),
        treatment: z.number().nullable(),
        lift: z.number().nullable(),
        interval: z.tuple([z.number(), z.number()]).nullable().describe('95 %'),
        truth: z.number().nullable().describe('everyone treated against nobody; null: not lived'),
      }),
    )
    .max(64),
})

export const experimentsAnswer = z.strictObject({
  total: z.int().describe('experiments that are kept; the newest of them are listed'),
  experiments: z.array(experiment.extend({ name: z.string(), written: time }).strict()),
})

export const adAnswer = z.looseObject({
  ad: z.string(),
  kind: z.enum(['standard', 'shopping']),
  advertiser: z.string(),
  item: z.string().nullable(),
  status: z.string(),
  campaign: z.string(),
  bid: z.number(),
})

export const healthAnswer = z.strictObject({
  status: z.literal('ok'),
  ready: z.boolean(),
  ...generation,
  created: time,
  ageSeconds: z.int(),
  items: z.int(),
  advertisers: z.int(),
  users: z.int(),
})

export const readyAnswer = z.strictObject({ status: z.literal('ready'), generation: z.string() })
