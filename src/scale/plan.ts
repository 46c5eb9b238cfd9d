import { DAY } from '../core/time.js'
/** How large it is to be. */
export interface PlanSize {
  items: number
  users: number
  advertisers: number
  requestsPerDay: number
  /** events kept of a user */
  eventsPerUser: number
  /** share of users with new events a day */
  activeShare: number
}

/** What may be chosen, and what money buys; every one is a flag of `adseq plan`. */
export interface PlanAssumptions {
  /** milliseconds within which 99 of 100 searches answer */
  latency: number
  /** requests of the busiest second over those of the mean */
  peak: number
  /** copies of what serves, so that one may fail */
  copies: number
  /** hours a night for what is done in batches */
  batchHours: number
  machineCores: number
  machineMemoryGB: number
  /** an hour of a machine */
  machinePrice: number
  /** a GB of disk a month */
  diskPrice: number
  /** advertisers stored of a user */
  candidates: number
  /** bytes of an entry's code in product quantization */
  codeBytes: number
  /** cells looked into of an inverted file */
  probes: number
}

/** Sizes of the model and settings of the index, of adseq.yaml. */
export interface PlanModel {
  /** d, of the vectors that are searched */
  width: number
  /** of the graph vectors that the user tower reads */
  vectorWidth: number
  /** links of an entry of the graph on a level (M) */
  connectivity: number
  steps: number
}

/** Seconds that one core takes, and how they are known. */
export interface Rates {
  encodeUser: number
  encodeItem: number
  /** to search, and to add to, a graph of `graphEntries` */
  graphSearch: number
  graphInsert: number
  graphEntries: number
  /** to score an entry of float32, in a product with many users at once */
  scanBatch: number
  /** to read a byte of memory in order */
  readByte: number
  /** to read a stored list */
  readList: number
  /** core seconds of a step of training */
  trainStep: number
  /** "measured here" */
  from: string
  trainFrom: string
}

export const INDEX_KINDS = ['HNSW f32', 'HNSW f16', 'HNSW int8', 'IVF int8', 'PQ'] as const
export type IndexKind = (typeof INDEX_KINDS)[number]

export interface PlanPart {
  part: string
  kind: string
  /** of one copy */
  memoryGB: number
  diskGB: number
  /** busy at the peak, of what serves; at work during the batch, of what is done at night */
  cores: number
  machines: number
  /** hours a day of a batch, or of building an index */
  batchHours: number
  monthly: number
  /** the 99th percentile of a search cannot be kept at this load: cores are those of a queue at its limit */
  tooSlow?: boolean
  from: string
}

/** The largest size, in the proportions given, that one machine does with an index kind, and what ends first. */
export interface OneMachine {
  kind: IndexKind
  items: number
  users: number
  requestsPerDay: number
  endsBy: 'memory' | 'cores' | 'batch'
}

export interface Plan {
  parts: PlanPart[]
  oneMachine: OneMachine[]
}

const GB = 1e9
const HOURS_A_MONTH = 730
const DAYS_A_MONTH = HOURS_A_MONTH / 24
/** Share of a machine's memory that data may take. */
const USABLE = 0.8
/** A core is not planned to be busier than this. */
const BUSY = 0.7
/** The busiest that a core is taken for where the latency asked for cannot be kept. */
const HARDLY = 0.05
/** Cores that a step of training was measured on. */
const TRAIN_CORES = 2
/** Bytes of an event in a snapshot: item, advertiser, time and ingest number of 4, type and domain of 1. */
export const EVENT_BYTES = 18
/** A stored candidate: id and score of 4 bytes. */
const CANDIDATE_BYTES = 8
/** Of an entry: the number it is known by. */
const KEY_BYTES = 8
/** Bytes of an item in the tables of the user tower beside its vector: three categories, price, advertiser. */
const ITEM_BYTES = 20

/**
 * Bytes of an entry in memory.
 *
 *     HNSW       d * bytes + 2 M * 4 + 8     links of the lowest level; those above are 1 / (M - 1) of it
 *     IVF int8   d + 8
 *     PQ         codes + 8
 *
 * HNSW: Malkov & Yashunin 2016, 4.2.3; the sizes of all three: Faiss wiki, "Guidelines to choose an index". PQ: Jégou,
 * Douze & Schmid 2011.
 */
export function entryBytes(kind: IndexKind, { width, connectivity }: PlanModel, codeBytes: number): number {
  const links = 2 * connectivity * 4
  switch (kind) {
    case 'HNSW f32':
      return 4 * width + links + KEY_BYTES
    case 'HNSW f16':
      return 2 * width + links + KEY_BYTES
    case 'HNSW int8':
      return width + links + KEY_BYTES
    case 'IVF int8':
      return width + KEY_BYTES
    case 'PQ':
      return codeBytes + KEY_BYTES
  }
}

const isGraph = (kind: IndexKind): boolean => kind.startsWith('HNSW')

/** Cells of an inverted file over n entries: 4 sqrt(n) (Faiss wiki, the same page). */
export const cellsOf = (n: number): number => Math.max(1, 4 * Math.sqrt(n))

/** Seconds of a step in a graph of n entries: it grows with log n (Malkov & Yashunin 2016, 4.2.1). */
const graphTime = (measured: number, { graphEntries }: Rates, n: number): number =>
  (measured * Math.log(Math.max(2, n))) / Math.log(graphEntries)

/**
 * Core seconds of a search among n entries. Cells of inverted files are found by a graph over them; codes are scanned
 * as fast as memory is read, which SIMD kernels come near (FastScan: André, Kermarrec & Le Scouarnec 2017; Faiss wiki).
 */
export function searchSeconds(
  kind: IndexKind,
  rates: Rates,
  n: number,
  { width }: PlanModel,
  { probes, codeBytes }: Pick<PlanAssumptions, 'probes' | 'codeBytes'>,
): number {
  if (isGraph(kind)) return graphTime(rates.graphSearch, rates, n)
  const cells = cellsOf(n)
  const scanned = (n * Math.min(probes, cells)) / cells
  return graphTime(rates.graphSearch, rates, cells) + scanned * rates.readByte * (kind === 'PQ' ? codeBytes : width)
}

/**
 * How busy a core may be so that 99 of 100 requests of S seconds are answered in L: the time in an M/M/1 queue is
 * exponential with mean S / (1 - busy), so that its 99th percentile is ln(100) S / (1 - busy) (Kleinrock 1975, 3.2).
 */
export const mayBeBusy = (S: number, L: number): number => Math.min(BUSY, 1 - (Math.log(100) * S) / L)

/** Memory, cores, machines and money of every part, in each way it can be done. */
export function plan(size: PlanSize, model: PlanModel, assume: PlanAssumptions, rates: Rates): Plan {
  return {
    parts: partsOf(size, model, assume, rates),
    oneMachine: INDEX_KINDS.map((kind) => oneMachine(kind, size, model, assume, rates)),
  }
}

function partsOf(size: PlanSize, model: PlanModel, assume: PlanAssumptions, rates: Rates): PlanPart[] {
  const { items, users, advertisers, activeShare } = size
  const { candidates } = assume
  const active = users * activeShare
  const vectors = (n: number): number => (n * model.width * 4) / GB
  // whichever is less: all of them in a product of many users, or a graph over them
  const inBatch = advertisers * rates.scanBatch
  const inGraph = graphTime(rates.graphSearch, rates, advertisers)
  const ranked = Math.min(inBatch, inGraph)
  return [
    ...INDEX_KINDS.map((kind) => indexPart(kind, size, model, assume, rates)),
    nightly(assume, {
      part: 'user vectors',
      kind: 'active users at night',
      memoryGB: tableBytes(size, model) / GB,
      diskGB: vectors(users),
      coreHours: (active * rates.encodeUser) / 3600,
      from: `${whole(active)} users x ${took(rates.encodeUser)} a user (${rates.from})`,
    }),
    serving(size, assume, {
      part: 'user vectors',
      kind: 'on request',
      memoryGB: tableBytes(size, model) / GB,
      seconds: () => rates.encodeUser,
      from: `${took(rates.encodeUser)} a request (${rates.from}); the tables of the tower in memory`,
    }),
    nightly(assume, {
      part: 'best advertisers',
      kind: `top ${candidates} ranked at night`,
      memoryGB: vectors(advertisers),
      diskGB: (users * candidates * CANDIDATE_BYTES) / GB,
      coreHours: (active * ranked) / 3600,
      from: `${whole(active)} users x ${took(ranked)} by ${ranked === inBatch ? 'a product' : 'a graph'} (${rates.from})`,
    }),
    serving(size, assume, {
      part: 'best advertisers',
      kind: `stored top ${candidates} read`,
      memoryGB: 0,
      seconds: () => rates.readList,
      from: `${took(rates.readList)} a read of the store (${rates.from})`,
    }),
    serving(size, assume, {
      part: 'best advertisers',
      kind: 'ranked on request',
      memoryGB: vectors(advertisers),
      seconds: () => rates.encodeUser + inGraph,
      from: `${took(rates.encodeUser)} to encode + ${took(inGraph)} by a graph (${rates.from})`,
    }),
    nightly(assume, {
      part: 'item vectors',
      kind: 'all items at night',
      memoryGB: 0,
      diskGB: vectors(items),
      coreHours: (items * rates.encodeItem) / 3600,
      from: `${whole(items)} items x ${took(rates.encodeItem)} an item (${rates.from})`,
    }),
    trainingPart(size, model, assume, rates),
  ]
}

/** One process on two cores: it is not divided, so that its histories want one machine. */
function trainingPart(size: PlanSize, model: PlanModel, assume: PlanAssumptions, rates: Rates): PlanPart {
  const memoryGB = historyBytes(size, model) / GB
  const diskGB = (size.users * size.eventsPerUser * EVENT_BYTES) / GB
  const machines = Math.ceil(memoryGB / (USABLE * assume.machineMemoryGB))
  const batchHours = (model.steps * rates.trainStep) / TRAIN_CORES / 3600
  return {
    ...{ part: 'training', kind: 'one process', memoryGB, diskGB, cores: TRAIN_CORES, machines, batchHours },
    monthly: machines * batchHours * assume.machinePrice * DAYS_A_MONTH + diskGB * assume.diskPrice,
    from: `${whole(model.steps)} steps (${rates.trainFrom}); ${EVENT_BYTES} bytes an event in memory`,
  }
}

function indexPart(kind: IndexKind, size: PlanSize, model: PlanModel, assume: PlanAssumptions, rates: Rates): PlanPart {
  const { items } = size
  const bytes = entryBytes(kind, model, assume.codeBytes)
  const inCells = kind === 'IVF int8' || kind === 'PQ'
  const memoryGB = (items * bytes + (inCells ? cellsOf(items) * model.width * 4 : 0)) / GB
  const part = serving(size, assume, {
    part: 'item index',
    kind,
    memoryGB,
    seconds: (shards) => searchSeconds(kind, rates, items / shards, model, assume),
    from:
      `${bytes} bytes an entry; ${took(searchSeconds(kind, rates, items, model, assume))} a search, from ` +
      `${took(rates.graphSearch)} among ${whole(rates.graphEntries)}` +
      `${inCells ? ` and ${(1 / rates.readByte / GB).toFixed(1)} GB/s` : ''} (${rates.from})`,
  })
  return { ...part, batchHours: buildCoreHours(kind, items, rates) / (part.machines * assume.machineCores) }
}

/** Entries go into a graph, or by a graph over the cells into one of them. */
function buildCoreHours(kind: IndexKind, n: number, rates: Rates): number {
  return (n * graphTime(rates.graphInsert, rates, isGraph(kind) ? n : cellsOf(n))) / 3600
}

/** Bytes of what the user tower knows of items. */
const tableBytes = ({ items }: PlanSize, { vectorWidth }: PlanModel): number => items * (vectorWidth * 4 + ITEM_BYTES)

/** Bytes of all histories and the tables, as training holds them. */
const historyBytes = (size: PlanSize, model: PlanModel): number =>
  size.users * size.eventsPerUser * EVENT_BYTES + tableBytes(size, model)

const peakRate = ({ requestsPerDay }: PlanSize, { peak }: PlanAssumptions): number => (requestsPerDay / DAY) * peak

/** What answers requests: as many shards as its memory takes, each asked by every request, in copies. */
function serving(
  size: PlanSize,
  assume: PlanAssumptions,
  { part, kind, memoryGB, seconds, from }: ServingWork,
): PlanPart {
  const { latency, copies, machineCores, machineMemoryGB, machinePrice } = assume
  const shards = Math.max(1, Math.ceil(memoryGB / (USABLE * machineMemoryGB)))
  const each = seconds(shards)
  const busy = mayBeBusy(each, latency / 1000)
  const cores = (peakRate(size, assume) * shards * each) / Math.max(HARDLY, busy)
  const machines = shards * Math.max(copies, Math.ceil(cores / (shards * machineCores)))
  return {
    ...{ part, kind, memoryGB, diskGB: 0, cores, machines, batchHours: 0 },
    monthly: machines * machinePrice * HOURS_A_MONTH,
    ...(busy < HARDLY && { tooSlow: true }),
    from,
  }
}

interface ServingWork {
  part: string
  kind: string
  memoryGB: number
  /** core seconds of a request on each of so many shards */
  seconds: (shards: number) => number
  from: string
}

/** What is done once a day, by as many machines as finish in time and hold the data; paid for while it runs. */
function nightly(assume: PlanAssumptions, { part, kind, memoryGB, diskGB, coreHours, from }: NightlyWork): PlanPart {
  const { batchHours: window, machineCores, machineMemoryGB, machinePrice, diskPrice } = assume
  const cores = coreHours / window
  const machines = Math.max(1, Math.ceil(cores / machineCores), Math.ceil(memoryGB / (USABLE * machineMemoryGB)))
  const batchHours = coreHours / (machines * machineCores)
  return {
    ...{ part, kind, memoryGB, diskGB, cores, machines, batchHours },
    monthly: machines * batchHours * machinePrice * DAYS_A_MONTH + diskGB * diskPrice,
    from,
  }
}

interface NightlyWork {
  part: string
  kind: string
  memoryGB: number
  diskGB: number
  coreHours: number
  from: string
}

/**
 * One machine that serves the index and stored lists, and by night encodes, ranks, builds and trains: memory holds the
 * index beside all histories, cores the peak, the night all batches.
 */
function oneMachine(
  kind: IndexKind,
  size: PlanSize,
  model: PlanModel,
  assume: PlanAssumptions,
  rates: Rates,
): OneMachine {
  const ends = (factor: number): OneMachine['endsBy'] | undefined => {
    const scaled = scaledBy(size, factor)
    const parts = partsOf(scaled, model, { ...assume, copies: 1 }, rates)
    const index = parts.find((part) => part.kind === kind)!
    const lists = parts.find((part) => part.kind.startsWith('stored'))!
    // training takes two cores beside the others
    const night = parts.filter(({ kind: how }) => how.includes('at night'))
    const training = parts.find(({ part }) => part === 'training')!
    if (index.memoryGB + training.memoryGB > USABLE * assume.machineMemoryGB) return 'memory'
    if (index.tooSlow || index.cores + lists.cores > assume.machineCores) return 'cores'
    const coreHours = night.reduce((sum, part) => sum + part.cores * assume.batchHours, 0)
    const all = coreHours + buildCoreHours(kind, scaled.items, rates)
    return all > assume.machineCores * assume.batchHours ? 'batch' : undefined
  }
  let [low, high] = [0, 1]
  while (!ends(high) && high < 1e9) [low, high] = [high, high * 2]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (ends(middle)) high = middle
    else low = middle
  }
  const { items, users, requestsPerDay } = scaledBy(size, low)
  const [i, u, r] = [items, users, requestsPerDay].map(Math.floor)
  return { kind, items: i, users: u, requestsPerDay: r, endsBy: ends(high)! }
}

const scaledBy = (size: PlanSize, factor: number): PlanSize => ({
  ...size,
  items: size.items * factor,
  users: size.users * factor,
  advertisers: size.advertisers * factor,
  requestsPerDay: size.requestsPerDay * factor,
})

const whole = (x: number): string => x.toLocaleString('en-US', { maximumSignificantDigits: 3 })
const took = (seconds: number): string =>
  seconds < 1e-3 ? `${(seconds * 1e6).toPrecision(3)} us` : `${(seconds * 1e3).toPrecision(3)} ms`
