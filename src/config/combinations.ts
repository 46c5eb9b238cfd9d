import { configFor } from './kind.js'
import type { Path } from './layer.js'
import type { Config } from './schema.js'

export interface Contradiction {
  /** the key to blame */
  path: Path
  message: string
  hint: string
}

/** Settings that are each fine but cannot go together: the first such pair, or undefined. Sections of item: and advertiser: included. */
export function contradiction(config: Config): Contradiction | undefined {
  const { engine } = config
  if (engine.device !== 'cpu' && (engine.name === 'tensorflow' || engine.name === 'eager')) {
    return { path: ['engine', 'device'], message: `engine.device ${engine.device} is for the onnx engine; ${engine.name} chooses its own`, hint: 'Leave engine.device out, or set engine.name: onnx.' }
  }
  for (const kind of ['item', 'advertiser'] as const) {
    const found = ofKind(configFor(config, kind))
    if (found) return { ...found, path: ownPath(config, kind, found.path) }
  }
  return undefined
}

function ofKind({ model, train }: Config): Contradiction | undefined {
  if (model.userTower === 'transformer' && model.width % model.heads !== 0) {
    return { path: ['model', 'heads'], message: `model.width ${model.width} cannot be divided among ${model.heads} heads`, hint: `Set model.heads to a divisor of ${model.width}, or model.width to a multiple of ${model.heads}.` }
  }
  if (train.rows % train.positivesPerAnchor !== 0) {
    return { path: ['train', 'rows'], message: `train.rows ${train.rows} is not a multiple of train.positivesPerAnchor ${train.positivesPerAnchor}`, hint: `Set train.rows to ${Math.ceil(train.rows / train.positivesPerAnchor) * train.positivesPerAnchor}.` }
  }
  if (train.objective === 'dense-all-action' && model.userTower !== 'transformer') {
    return { path: ['train', 'objective'], message: `dense-all-action needs an output at every position, which the ${model.userTower} tower does not have`, hint: 'Set model.userTower: transformer, or train.objective: all-action.' }
  }
  if (model.causal && model.userTower !== 'transformer') {
    return { path: ['model', 'causal'], message: `model.causal is a mask of the transformer; the ${model.userTower} tower has none`, hint: 'Leave model.causal out, or set model.userTower: transformer.' }
  }
  if (train.uniformNegatives === 0 && train.rows <= train.positivesPerAnchor) {
    return { path: ['train', 'rows'], message: 'one sequence a batch and no uniform negatives leave nothing to tell the positive from', hint: `Set train.rows to ${train.positivesPerAnchor * 2} or more, or train.uniformNegatives above 0.` }
  }
  if (Object.values(train.labelWeights).every((weight) => weight === 0)) {
    return { path: ['train', 'labelWeights'], message: 'all train.labelWeights are 0, so nothing is learned', hint: 'Give at least one conversion type a weight above 0.' }
  }
  if (train.warmupSteps > train.steps) {
    return { path: ['train', 'warmupSteps'], message: `train.warmupSteps ${train.warmupSteps} is more than train.steps ${train.steps}`, hint: `Set train.warmupSteps to ${Math.floor(train.steps / 10)}.` }
  }
  return undefined
}

/** The key as it was written: advertiser.train.rows where the override is what contradicts. */
function ownPath(config: Config, kind: 'item' | 'advertiser', path: Path): Path {
  const section = config[kind][path[0] as 'model' | 'train'] as Record<string, unknown> | undefined
  return section && path[1] in section ? [kind, ...path] : path
}
