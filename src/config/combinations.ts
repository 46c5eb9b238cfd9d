import { configFor } from './kind.js'
import type { Path } from './layer.js'
import type { Config } from './schema.js'

export interface Contradiction {
  /** the keys that do not go together; the one written last is to blame */
  paths: Path[]
  message: string
  hint: string
}

/**
 * Settings that are each fine but cannot go together: the first such pair, or undefined. Sections of item: and
 * advertiser: included.
 */
export function contradiction(config: Config): Contradiction | undefined {
  const { engine } = config
  if (engine.device !== 'cpu' && (engine.name === 'tensorflow' || engine.name === 'eager')) {
    return {
      paths: [
        ['engine', 'device'],
        ['engine', 'name'],
      ],
      message: `engine.device ${engine.device} is for the onnx engine; ${engine.name} chooses its own`,
      hint: 'Leave engine.device out, or set engine.name: onnx.',
    }
  }
  for (const kind of ['item', 'advertiser'] as const) {
    const found = ofKind(configFor(config, kind))
    if (found) return { ...found, paths: [...found.paths.map((path) => [kind, ...path]), ...found.paths] }
  }
  return undefined
}

function ofKind({ model, train }: Config): Contradiction | undefined {
  if (model.userTower === 'transformer' && model.width % model.heads !== 0) {
    return {
      paths: [
        ['model', 'heads'],
        ['model', 'width'],
      ],
      message: `model.width ${model.width} cannot be divided among ${model.heads} heads`,
      hint: `Set model.heads to a divisor of ${model.width}, or model.width to a multiple of ${model.heads}.`,
    }
  }
  if (train.rows % train.positivesPerAnchor !== 0) {
    return {
      paths: [
        ['train', 'rows'],
        ['train', 'positivesPerAnchor'],
      ],
      message: `train.rows ${train.rows} is not a multiple of train.positivesPerAnchor ${train.positivesPerAnchor}`,
      hint: `Set train.rows to ${Math.ceil(train.rows / train.positivesPerAnchor) * train.positivesPerAnchor}.`,
    }
  }
  if (train.objective === 'dense-all-action' && model.userTower !== 'transformer') {
    return {
      paths: [
        ['train', 'objective'],
        ['model', 'userTower'],
      ],
      message: `dense-all-action needs an output at every position, which the ${model.userTower} tower does not have`,
      hint: 'Set model.userTower: transformer, or train.objective: all-action.',
    }
  }
  if (model.causal && model.userTower !== 'transformer') {
    return {
      paths: [
        ['model', 'causal'],
        ['model', 'userTower'],
      ],
      message: `model.causal is a mask of the transformer; the ${model.userTower} tower has none`,
      hint: 'Leave model.causal out, or set model.userTower: transformer.',
    }
  }
  if (train.uniformNegatives === 0 && train.rows <= train.positivesPerAnchor) {
    return {
      paths: [
        ['train', 'rows'],
        ['train', 'uniformNegatives'],
        ['train', 'positivesPerAnchor'],
      ],
      message: 'one sequence a batch and no uniform negatives leave nothing to tell the positive from',
      hint: `Set train.rows to ${train.positivesPerAnchor * 2} or more, or train.uniformNegatives above 0.`,
    }
  }
  if (Object.values(train.labelWeights).every((weight) => weight === 0)) {
    return {
      paths: [['train', 'labelWeights']],
      message: 'all train.labelWeights are 0, so nothing is learned',
      hint: 'Give at least one conversion type a weight above 0.',
    }
  }
  return undefined
}
