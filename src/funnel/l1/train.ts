import type { AdKind } from '../../ads/inventory.js'
import type { Progress } from '../../core/progress.js'
import { Rng } from '../../core/rng.js'
import type { Engine } from '../../engine/types.js'
import { lightRankerSpecs, lightRankerState, lightRankerStep } from '../../model/light-ranker.js'
import { optimizerFeeds } from '../../model/optimizer.js'
import type { AdsNow } from '../eligibility.js'
import type { Funnel } from '../funnel.js'
import { Calibration } from './calibration.js'
import { LightRanker, Net, type RankerWeights } from './light-ranker.js'
import { ReliabilityCounter, type Reliability } from './reliability.js'
import { eachUser, type LabelledUsers } from './rows.js'

/** Candidates of a user in a step; users in a step. */
const ROWS = 64
const GROUP = 32
/** Conversions of a user that are taken at most: the rest of the rows are others. */
const MOST_POSITIVES = 24
const KINDS = ['shopping', 'standard'] as const

export interface L1Options {
  hidden: number
  learningRate: number
  weightDecay: number
  /** share of the loss that is about the order within a user */
  listwise: number
  /** passes over the users at most */
  epochs: number
  /** passes without a better loss on held-out users before it stops */
  patience: number
  seed: number
}

export const L1: L1Options = {
  hidden: 32,
  learningRate: 3e-3,
  weightDecay: 0.01,
  listwise: 0.9,
  epochs: 40,
  patience: 4,
  seed: 1,
}

/** Rows of one kind of ads: users one after the other, ROWS each. */
interface Groups {
  users: number
  /** [users * ROWS, features], standardised */
  x: Float32Array
  /** [users * ROWS] */
  label: Float32Array
  weight: Float32Array
  offset: Float32Array
  /** [users * ROWS] conversions that a row stands for, in the loss that is about the order */
  conversions: Float32Array
}

/** What a kind of ads was trained on, and how well it did on users held out. */
export interface L1Report {
  users: number
  heldOut: number
  positives: number
  /** passes over the users */
  epochs: number
  reliability: Reliability
}

/** Share of users held out: they choose when to stop and calibrate, and are what the report is of. */
const HELD_OUT = 0.25

/**
 * Trains the light ranker: what users converted on in the window against what generators found for them and they did
 * not convert on. Negatives are drawn, and the drawing is undone in the loss.
 * @param funnel of the moment the users are of, without a ranker
 */
export async function trainLightRanker(
  funnel: Funnel,
  now: AdsNow,
  users: LabelledUsers,
  {
    engine,
    options = L1,
    countryOf,
    progress,
  }: {
    engine: Engine
    options?: L1Options
    countryOf: (user: number) => string | undefined
    progress: Progress
  },
): Promise<{ ranker: LightRanker; report: Record<AdKind, L1Report> }> {
  const names = funnel.featureNames
  const [training, held] = split(users, options.seed)
  progress.start('find candidates to rank', users.users.length, 'users')
  const rows = await gather(funnel, now, training, { names, countryOf, seed: options.seed, progress })
  const probe = await gather(funnel, now, held, { names, countryOf, seed: options.seed + 1, progress })
  progress.finish()
  const kinds = {} as Record<AdKind, RankerWeights>
  const report = {} as Record<AdKind, L1Report>
  for (const kind of KINDS) {
    const { weights, epochs } = await fit(rows[kind], probe[kind], names.length, engine, options, kind, progress)
    kinds[kind] = { ...weights, calibration: Calibration.none() }
    report[kind] = {
      users: rows[kind].users,
      heldOut: held.users.length,
      positives: rows[kind].label.reduce((a, b) => a + b, 0),
      epochs,
      reliability: new ReliabilityCounter().report(),
    }
  }
  await calibrate(funnel, now, held, countryOf, kinds, report)
  return { ranker: new LightRanker(names, kinds), report }
}

/** On all candidates of users held out, half of them to calibrate on, half to say how well that went. */
async function calibrate(
  funnel: Funnel,
  now: AdsNow,
  held: LabelledUsers,
  countryOf: (user: number) => string | undefined,
  kinds: Record<AdKind, RankerWeights>,
  report: Record<AdKind, L1Report>,
): Promise<void> {
  const seen = KINDS.map(() => [new Found(), new Found()] as const)
  const nets = { shopping: new Net(kinds.shopping), standard: new Net(kinds.standard) }
  const width = funnel.featureNames.length
  for await (const { user, candidates, kinds: kindOf, labels, read } of eachUser(funnel, now, held, countryOf)) {
    const x = await read(candidates.ads.map((_, c) => c))
    candidates.ads.forEach((_, c) => {
      const kind = KINDS.indexOf(kindOf[c])
      seen[kind][user % 2].add(nets[kindOf[c]].logit(x, c * width), labels[c])
    })
  }
  for (const [k, kind] of KINDS.entries()) {
    const [fitted, judged] = seen[k]
    const counter = new ReliabilityCounter()
    const half = Calibration.fit(fitted.logits, fitted.labels, fitted.ones())
    judged.logits.forEach((z, i) => counter.add(half.probability(z), judged.labels[i]))
    report[kind].reliability = counter.report()
    const all = { logits: [...fitted.logits, ...judged.logits], labels: [...fitted.labels, ...judged.labels] }
    kinds[kind].calibration = Calibration.fit(all.logits, all.labels, new Float64Array(all.logits.length).fill(1))
  }
}

class Found {
  readonly logits: number[] = []
  readonly labels: number[] = []

  add(logit: number, label: number): void {
    this.logits.push(logit)
    this.labels.push(label)
  }

  ones(): Float64Array {
    return new Float64Array(this.logits.length).fill(1)
  }
}

function split(users: LabelledUsers, seed: number): [LabelledUsers, LabelledUsers] {
  const order = new Rng(seed, 0x12).shuffle(Int32Array.from(users.users.keys()))
  const n = Math.max(1, Math.floor(order.length * HELD_OUT))
  const pick = (rows: Int32Array): LabelledUsers => ({
    ...users,
    users: rows.map((u) => users.users[u]),
    ends: rows.map((u) => users.ends[u]),
    lasts: rows.map((u) => users.lasts[u]),
  })
  return [pick(order.slice(n).sort()), pick(order.slice(0, n).sort())]
}

/** The conversions of every user and a draw of what else was found for them. */
async function gather(
  funnel: Funnel,
  now: AdsNow,
  users: LabelledUsers,
  {
    names,
    countryOf,
    seed,
    progress,
  }: {
    names: readonly string[]
    countryOf: (user: number) => string | undefined
    seed: number
    progress: Progress
  },
): Promise<Record<AdKind, Groups>> {
  const F = names.length
  const found = { shopping: [] as Group[], standard: [] as Group[] }
  for await (const { user, kinds, labels, conversions, read } of eachUser(funnel, now, users, countryOf)) {
    const rng = new Rng(seed, 0x13, users.users[user])
    for (const kind of KINDS) {
      const of = Array.from(kinds.keys()).filter((c) => kinds[c] === kind)
      const all = rng.shuffle(Int32Array.from(of.filter((c) => labels[c] === 1)))
      const positives = all.slice(0, MOST_POSITIVES)
      // those taken stand for all
      const share = Math.max(1, positives.length) / Math.max(1, all.length)
      const others = of.filter((c) => labels[c] === 0)
      const room = ROWS - positives.length
      const drawn = rng.shuffle(Int32Array.from(others)).slice(0, room)
      if (positives.length + drawn.length === 0) continue
      const rows = [...positives, ...drawn]
      found[kind].push({
        x: await read(rows),
        conversions: Float32Array.from(positives, (c) => conversions[c] / share),
        weight: 1 / share,
        offset: drawn.length === 0 ? 0 : Math.log(others.length / drawn.length),
      })
    }
    progress.update(user)
  }
  return { shopping: grouped(found.shopping, F), standard: grouped(found.standard, F) }
}

interface Group {
  x: Float32Array
  /** of each row that is converted on: they come first */
  conversions: Float32Array
  /** of each of these rows; of the others it is 1 */
  weight: number
  offset: number
}

function grouped(found: readonly Group[], F: number): Groups {
  const n = found.length * ROWS
  const out: Groups = {
    users: found.length,
    x: new Float32Array(n * F),
    label: new Float32Array(n),
    weight: new Float32Array(n),
    offset: new Float32Array(n),
    conversions: new Float32Array(n),
  }
  found.forEach(({ x, conversions, weight, offset }, g) => {
    const others = g * ROWS + conversions.length
    out.x.set(x, g * ROWS * F)
    out.conversions.set(conversions, g * ROWS)
    out.label.fill(1, g * ROWS, others)
    out.weight.fill(weight, g * ROWS, others)
    out.weight.fill(1, others, g * ROWS + x.length / F)
    out.offset.fill(offset, g * ROWS, (g + 1) * ROWS)
  })
  return out
}

/** Trains one net until held-out users are ranked no better; the best one, for columns as they are read. */
async function fit(
  rows: Groups,
  probe: Groups,
  features: number,
  engine: Engine,
  options: L1Options,
  kind: AdKind,
  progress: Progress,
): Promise<{ weights: Omit<RankerWeights, 'calibration'>; epochs: number }> {
  const shape = { features, hidden: options.hidden }
  const scale = standardise(rows, features)
  applyScale(rows, scale)
  applyScale(probe, scale)
  const state = await engine.state(lightRankerState(shape, options.seed))
  const program = await engine.compile(lightRankerStep(shape, { G: GROUP, R: ROWS }, options), state)
  const rng = new Rng(options.seed, 0x14)
  let best = { loss: Infinity, flat: new Float32Array(), epoch: 0 }
  progress.start(`train the ranker of ${kind} ads`, options.epochs, 'passes')
  try {
    let step = 0
    for (let epoch = 1; epoch <= options.epochs && epoch - best.epoch <= options.patience; epoch++) {
      const order = rng.shuffle(Int32Array.from({ length: rows.users }, (_, u) => u))
      for (let from = 0; from < order.length; from += GROUP) {
        const batch = batchOf(rows, order.subarray(from, from + GROUP), features)
        await program.run({ ...batch, ...optimizerFeeds(++step, options.learningRate) })
      }
      const { parameters } = await state.read(['parameters'])
      const weights = unscaled(parameters as Float32Array, shape, undefined)
      const loss = lossOf(probe, weights, options.listwise, features)
      if (loss < best.loss) best = { loss, flat: Float32Array.from(parameters), epoch }
      progress.update(epoch)
    }
  } finally {
    program.dispose()
    state.dispose()
  }
  progress.finish(`best after ${best.epoch} passes`)
  return { weights: unscaled(best.flat, shape, scale), epochs: best.epoch }
}

interface Scale {
  mean: Float32Array
  spread: Float32Array
}

function standardise({ x, weight }: Groups, F: number): Scale {
  const [mean, spread] = [new Float32Array(F), new Float32Array(F)]
  const n = Math.max(
    1,
    weight.reduce((a, b) => a + b, 0),
  )
  for (let f = 0; f < F; f++) {
    let [sum, squares] = [0, 0]
    for (let r = 0; r < weight.length; r++) {
      if (weight[r] === 0) continue
      sum += x[r * F + f]
      squares += x[r * F + f] ** 2
    }
    mean[f] = sum / n
    // a column that is always the same says nothing, and must not blow up where it differs later
    spread[f] = Math.sqrt(Math.max(0, squares / n - mean[f] ** 2)) || 1
  }
  return { mean, spread }
}

function applyScale({ x }: Groups, { mean, spread }: Scale): void {
  const F = mean.length
  for (let i = 0; i < x.length; i++) x[i] = (x[i] - mean[i % F]) / spread[i % F]
}

const OF_ROWS = ['label', 'weight', 'offset', 'conversions'] as const

/** The groups of a step; a last one that is short is filled with groups that weigh nothing. */
function batchOf(rows: Groups, groups: Int32Array, F: number): Record<'x' | (typeof OF_ROWS)[number], Float32Array> {
  const out = {
    x: new Float32Array(GROUP * ROWS * F),
    label: new Float32Array(GROUP * ROWS),
    weight: new Float32Array(GROUP * ROWS),
    offset: new Float32Array(GROUP * ROWS),
    conversions: new Float32Array(GROUP * ROWS),
  }
  groups.forEach((g, i) => {
    out.x.set(rows.x.subarray(g * ROWS * F, (g + 1) * ROWS * F), i * ROWS * F)
    for (const name of OF_ROWS) out[name].set(rows[name].subarray(g * ROWS, (g + 1) * ROWS), i * ROWS)
  })
  return out
}

/** The flat parameters as weights; with a scale, for columns as they are read. */
function unscaled(
  flat: Float32Array,
  shape: { features: number; hidden: number },
  scale: Scale | undefined,
): Omit<RankerWeights, 'calibration'> {
  const { features: F, hidden: H } = shape
  const named = Object.fromEntries(
    lightRankerSpecs(shape).map(({ name, offset, size }) => [name, flat.slice(offset, offset + size)]),
  )
  const linear = named['linear.weight']
  const hidden = named['hidden.weight']
  const hiddenBias = named['hidden.bias']
  let bias = named['linear.bias'][0] + named['output.bias'][0]
  for (let f = 0; scale && f < F; f++) {
    linear[f] /= scale.spread[f]
    bias -= linear[f] * scale.mean[f]
    for (let h = 0; h < H; h++) {
      hidden[f * H + h] /= scale.spread[f]
      hiddenBias[h] -= hidden[f * H + h] * scale.mean[f]
    }
  }
  return { linear, bias, hidden, hiddenBias, output: named['output.weight'] }
}

/** The loss of lightRankerStep on groups. */
function lossOf(
  { users, x, label, weight, offset, conversions }: Groups,
  weights: Omit<RankerWeights, 'calibration'>,
  listwise: number,
  F: number,
): number {
  let [logistic, rows, softmax, positives] = [0, 0, 0, 0]
  const z = new Float64Array(ROWS)
  const net = new Net(weights)
  for (let g = 0; g < users; g++) {
    let total = 0
    let size = 0
    for (; size < ROWS && weight[g * ROWS + size] > 0; size++) {
      const r = g * ROWS + size
      z[size] = net.logit(x, r * F)
      const sampled = z[size] + offset[r]
      logistic += weight[r] * (Math.max(sampled, 0) + Math.log1p(Math.exp(-Math.abs(sampled))) - label[r] * sampled)
      rows += weight[r]
      total += Math.exp(z[size] + (1 - label[r]) * offset[r])
    }
    for (let i = 0; i < size; i++) {
      const n = conversions[g * ROWS + i]
      softmax += n * (Math.log(total) - z[i])
      positives += n
    }
  }
  return ((1 - listwise) * logistic) / Math.max(1, rows) + (listwise * softmax) / Math.max(1, positives)
}
