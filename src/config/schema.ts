import { z } from 'zod'

/** How the graph of an index may keep numbers of vectors. */
export const SCALARS = ['f32', 'f16', 'i8'] as const
export type Scalar = (typeof SCALARS)[number]

const count = z.int().min(0)
const positive = z.int().min(1)
const share = z.number().min(0).max(1)

const model = z.strictObject({
  userTower: z.enum(['transformer', 'mean', 'max', 'decayed-mean']),
  width: positive.max(1024),
  layers: positive.max(24),
  heads: positive.max(32),
  feedForward: positive.max(8192),
  /** events of a history that the tower reads, the latest ones */
  length: positive.max(2048),
  outputWidth: positive.max(1024),
  dropout: z.number().min(0).max(0.9),
  causal: z.boolean(),
  /** the user tower also reads which categories and advertisers the whole history holds */
  profile: z.boolean(),
  /** item model: layers that take the context of a request in, a search for instance */
  context: z.boolean(),
  /** width of the graph vectors */
  vectorWidth: positive.max(1024),
  advertiserBuckets: positive,
  advertiserWidth: positive.max(1024),
  categoryBuckets: positive,
  categoryWidth: positive.max(1024),
  titleBuckets: positive,
  titleWidth: positive.max(1024),
  itemIds: z.boolean(),
})

const graph = z.strictObject({
  events: z.enum(['auto', 'onsite', 'views', 'conversions']),
  /** ppmi: what is met within the window; histories: what the same users meet; both: half of the columns each */
  method: z.enum(['ppmi', 'histories', 'both']),
  /** events on either side that count as seen together */
  window: positive.max(1000),
  smoothing: z.number().gt(0).max(1),
  /** co-occurrences below this are dropped */
  minCount: positive,
  vectors: z.boolean(),
})

const train = z.strictObject({
  objective: z.enum(['all-action', 'next-action', 'dense-all-action']),
  anchors: z.enum(['day', 'event']),
  windowDays: positive.max(3650),
  positivesPerAnchor: positive.max(64),
  /** rows of a batch = sequences * positivesPerAnchor */
  rows: positive.max(65536),
  uniformNegatives: count.max(1_000_000),
  /** 0 = the whole corpus */
  negativePool: count,
  /** weights of the log-Q correction at the positive and at the negatives */
  logq: z.strictObject({ positive: z.number().min(0).max(2), negative: z.number().min(0).max(2) }),
  labelWeights: z.strictObject({
    checkout: z.number().min(0),
    add_to_cart: z.number().min(0),
    signup: z.number().min(0),
  }),
  /** initial; learned within .01 .. 1 */
  temperature: z.number().min(0.01).max(1),
  learningRate: z.number().gt(0).max(1),
  warmupSteps: count,
  steps: positive,
  weightDecay: z.number().min(0).max(1),
  gradientClip: z.number().gt(0),
  /** 0 = anchors of all days count alike */
  recencyHalfLifeDays: z.number().min(0),
  seed: count.max(0xffffffff),
  validateEvery: positive,
  /** validations without a higher score before training stops; the score: validationScore in src/train/validation.ts */
  patience: positive,
  validationUsers: positive,
  refit: z.boolean(),
  checkpointSeconds: z.number().gt(0),
})

const evaluation = z.strictObject({
  /** what is held out; absent = temporal */
  protocol: z.enum(['temporal', 'leave-one-out']).optional(),
  windowDays: positive.max(3650),
  /** auto = last event minus windowDays; or an ISO date; or unix seconds */
  cutoff: z.union([z.string().refine((text) => text === 'auto' || !Number.isNaN(Date.parse(text))), positive]),
  /** 0 = the whole catalog */
  indexSize: count,
  history: z.enum(['kept', 'masked']),
  /** the K of recall: 10 and 100, and whichever others */
  at: z
    .array(positive.max(100_000))
    .max(20)
    .refine((at) => at.includes(10) && at.includes(100), { message: 'must hold 10 and 100' })
    .transform((at) => [...new Set(at)].sort((a, b) => a - b)),
  bootstrap: count.max(100_000),
  seed: count.max(0xffffffff),
})

const csv = z.strictObject({
  /** our column name -> the file's */
  columns: z.record(z.string(), z.union([z.string(), positive])),
  /** the file's event type -> ours, or skip */
  eventTypes: z.record(z.string(), z.string()),
  defaultType: z.string().optional(),
  header: z.boolean(),
  maxRejects: share,
})

/** One way to find candidates of an ad request. */
const generator = z.strictObject({
  on: z.boolean(),
  /** ads it may bring, and how many of them may stay after ranking */
  limit: positive.max(10_000),
  quota: positive.max(10_000),
  /** a module whose default export is a generator, for one of a user's own */
  file: z.string().min(1).optional(),
})

const funnel = z.strictObject({
  generators: z.record(z.string().min(1).max(64), generator),
  /** shopping ads offered of an advertiser, beside its standard ad */
  adsPerAdvertiser: count.max(100),
  /** of the ads that are handed on: at most so many of one advertiser */
  advertiserCap: positive,
  /** each ad of an advertiser makes the next count so much of its score; 1 = no decay */
  diversity: z.number().gt(0).max(1),
  /** how far the context of a request moves the light ranker's order: 0 = not at all */
  contextWeight: share,
  /** share of standard ads where there are shopping ads enough */
  standardShare: share,
  /** a generator that would begin later than this is left out, and named in the answer */
  deadlineMs: positive.max(60_000),
})

/** What one training is made of: the sections that item: and advertiser: may override. */
const overrides = {
  model: model.partial().optional(),
  graph: graph.partial().optional(),
  train: train
    .extend({ logq: train.shape.logq.partial(), labelWeights: train.shape.labelWeights.partial() })
    .partial()
    .optional(),
}

/** The resolved configuration. Defaults are no part of the schema but its first layer (defaults.ts). */
export const configSchema = z.strictObject({
  model,
  graph,
  train,
  eval: evaluation,
  infer: z.strictObject({ candidates: positive.max(1000) }),
  index: z.strictObject({
    connectivity: z.int().min(2).max(256),
    expansionAdd: positive.max(65536),
    /** how the graph keeps numbers of vectors; results are scored by whole ones */
    scalar: z.enum(SCALARS),
    expansionSearch: positive.max(65536),
    /** recall against exact search below which a graph is searched more widely, and in the end not used */
    recall: share,
  }),
  funnel,
  serve: z.strictObject({
    host: z.string().min(1),
    port: z.int().min(0).max(65535),
    /** what is now: wall = the clock of the machine; data = the generation's last event, going on from the start */
    clock: z.enum(['auto', 'data', 'wall']),
    /** that answer requests, each with the generation in memory */
    threads: positive.max(64),
  }),
  engine: z.strictObject({
    name: z.enum(['auto', 'onnx', 'eager', 'tensorflow']),
    device: z.enum(['cpu', 'cuda', 'webgpu']),
    threads: count.max(1024),
  }),
  import: z.strictObject({ csv }),
  refresh: z.strictObject({
    /** what is imported, a line each as after `adseq import`; names from the workspace folder on, with * and ? */
    imports: z.array(z.string().min(1)).max(1000),
    /** older generations whose files stay */
    keep: count,
  }),
  /** what differs for the item model, for the advertiser model */
  item: z.strictObject(overrides),
  advertiser: z.strictObject(overrides),
})

export type Config = z.infer<typeof configSchema>
export type ModelConfig = Config['model']
export type GraphConfig = Config['graph']
export type TrainConfig = Config['train']
export type EvalConfig = Config['eval']
export type EngineConfig = Config['engine']
export type FunnelConfig = Config['funnel']
export type CsvConfig = Config['import']['csv']

/** The two models of the sandbox. */
export type Kind = 'item' | 'advertiser'
