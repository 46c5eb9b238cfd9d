import type { Kind } from '../config/schema.js'
import type { Config } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import type { Engine, Program, State } from '../engine/types.js'
import type { Snapshot } from '../features/snapshot.js'
import { optimizerFeeds } from '../model/optimizer.js'
import { trainStep } from '../model/programs.js'
import { dropoutSites, type ModelShape } from '../model/shape.js'
import { dropoutFeeds, trainingState } from '../model/state.js'
import { usesAges } from '../runs/model-inputs.js'
import { BatchQueue } from './batch-queue.js'
import type { TrainingVectors } from './checkpoint.js'
import { Encoder } from '../runs/encoder.js'
import { createModelInputs, modelShape, type ModelInputs, type ModelTables } from '../runs/model-inputs.js'

import { learningRateAt } from './schedule.js'

/** What one training is made of. `config` is resolved for the kind. */
export interface Material {
  kind: Kind
  config: Config
  snapshot: Snapshot
  engine: Engine
}

export interface StepResult {
  loss: number
  gradientNorm: number
  tau: number
  learningRate: number
  rows: number
}

/** Everything that training up to one moment needs, kept open between steps. */
export class TrainingPhase {
  private readonly programs = new Map<number, Program>()
  private readonly sites: number

  private constructor(
    private readonly material: Material,
    readonly shape: ModelShape,
    private readonly inputs: ModelInputs,
    private readonly state: State,
    private readonly batches: BatchQueue,
  ) {
    this.sites = dropoutSites(shape.config)
  }

  /**
   * Opens the training on data up to `limit` (unix seconds), where it was after `from` steps.
   * @param vectors parameters and moments after those steps; undefined: initial ones
   * @throws UserError when there is nothing to train on
   */
  static async open(
    material: Material,
    limit: number,
    from: number,
    vectors?: TrainingVectors,
  ): Promise<TrainingPhase> {
    const { kind, config, snapshot, engine } = material
    const { seed, temperature } = config.train
    // the thread counts its slots while features are made here
    const batches = BatchQueue.start({ snapshot, kind, limit, model: config.model, train: config.train, seed, from })
    batches.catch(() => undefined)
    const inputs = createModelInputs(snapshot, config, kind, limit)
    const shape = modelShape(snapshot, config, kind)
    const thread = await batches
    const entries = trainingState(shape, inputs.tables, { seed, temperature })
    if (vectors)
      Object.entries({ parameters: vectors.parameters, 'adam.m': vectors.m, 'adam.v': vectors.v }).forEach(
        ([name, data]) => (entries[name] = { ...entries[name], data }),
      )
    return new TrainingPhase(material, shape, inputs, await engine.state(entries), thread)
  }

  get tables(): ModelTables {
    return this.inputs.tables
  }

  /** Conversions that the steps are about. */
  get positives(): number {
    return this.batches.positives
  }

  /**
   * Does step 1, 2, ...
   * @param steps over which the learning rate falls
   * @throws UserError when the loss is not finite
   */
  async step(step: number, steps: number): Promise<StepResult> {
    const { train } = this.material.config
    const batch = await this.batches.next()
    const program = await this.program(batch.bucket)
    const learningRate = learningRateAt(step, { ...train, steps })
    const dropout = dropoutFeeds(this.sites, batch.S * batch.T, train.seed, step)
    const { loss, gradientNorm, tau } = await program.run({
      ...batch.feeds,
      ...dropout,
      ...optimizerFeeds(step, learningRate),
    })
    if (!Number.isFinite(loss.data[0]) || !Number.isFinite(gradientNorm.data[0])) {
      throw new UserError(
        `The loss became ${loss.data[0]} at step ${step} (gradient norm ${gradientNorm.data[0]}).`,
        'Train with a lower learning rate: --set ' +
          `train.learningRate=${Number((train.learningRate / 4).toPrecision(2))}.`,
      )
    }
    return { loss: loss.data[0], gradientNorm: gradientNorm.data[0], tau: tau.data[0], learningRate, rows: batch.R }
  }

  /** An encoder on the present parameters: it sees every later step. */
  encoder(): Encoder {
    const { engine, snapshot, config } = this.material
    const { features, popularity } = this.inputs
    return new Encoder({
      engine,
      state: this.state,
      shape: this.shape,
      catalog: snapshot,
      features,
      popularity,
      ages: usesAges(config.model, config.train),
    })
  }

  /** Copies of parameters and moments. */
  async vectors(): Promise<TrainingVectors> {
    const { parameters, 'adam.m': m, 'adam.v': v } = await this.state.read(['parameters', 'adam.m', 'adam.v'])
    return { parameters: parameters as Float32Array, m: m as Float32Array, v: v as Float32Array }
  }

  async parameters(): Promise<Float32Array> {
    return (await this.state.read(['parameters'])).parameters as Float32Array
  }

  /** What `use` gives while the model has other parameters; then it has its own again. */
  async withParameters<T>(parameters: Float32Array, use: () => Promise<T>): Promise<T> {
    const own = await this.parameters()
    await this.state.write({ parameters })
    try {
      return await use()
    } finally {
      await this.state.write({ parameters: own })
    }
  }

  async close(): Promise<void> {
    await this.batches.stop()
    for (const program of this.programs.values()) program.dispose()
    this.state.dispose()
  }

  /** One compiled program a length bucket. */
  private async program(bucket: number): Promise<Program> {
    const known = this.programs.get(bucket)
    if (known) return known
    const { train } = this.material.config
    const options = {
      logq: train.logq,
      gradientClip: train.gradientClip,
      weightDecay: train.weightDecay,
      dense: train.objective === 'dense-all-action',
    }
    const program = await this.material.engine.compile(
      trainStep(this.shape, this.batches.buckets[bucket], options),
      this.state,
    )
    this.programs.set(bucket, program)
    return program
  }
}
