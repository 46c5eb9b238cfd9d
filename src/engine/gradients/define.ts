import {
  getGradient,
  registerGradient,
  reshape,
  sum,
  type GradConfig,
  type NamedAttrMap,
  type Tensor,
} from '@tensorflow/tfjs-core'

/** What a gradient needs of the forward pass, and the gradient with respect to each input, computed when asked for. */
interface Gradient {
  inputs?: readonly string[]
  /** save the outputs, as many as there are */
  outputs?: number
  /** @param saved the inputs named above, then the outputs */
  of: (dy: Tensor, saved: Tensor[], attributes: NamedAttrMap, all: readonly Tensor[]) => Record<string, () => Tensor>
}

const CONFIGS: GradConfig[] = []

/** Adds the gradient of a kernel with one output (or of one whose outputs' gradients come as a list). */
export function gradient(kernelName: string, { inputs = [], outputs = 0, of }: Gradient): void {
  CONFIGS.push({
    kernelName,
    inputsToSave: [...inputs],
    outputsToSave: new Array<boolean>(outputs).fill(true),
    gradFunc: (dy, saved, attributes) =>
      of(Array.isArray(dy) ? dy[0] : dy, saved, attributes, Array.isArray(dy) ? dy : [dy]),
  })
}

/** A gradient that needs every input of a kernel which takes a list of tensors. */
export function listGradient(
  kernelName: string,
  of: (dy: Tensor, inputs: Tensor[], attributes: NamedAttrMap) => Record<string, () => Tensor>,
): void {
  CONFIGS.push({
    kernelName,
    saveAllInputs: true,
    gradFunc: (dy, saved, attributes) => of(dy as Tensor, saved, attributes),
  })
}

/** Registers everything defined so far; a gradient that is there already is replaced. */
export function registerAll(): void {
  for (const config of CONFIGS) if (getGradient(config.kernelName) !== config) registerGradient(config)
}

/** Sums a gradient back to the shape of an operand that was broadcast. */
export function unbroadcast(dy: Tensor, shape: readonly number[]): Tensor {
  const missing = dy.shape.length - shape.length
  const axes = dy.shape.map((_, i) => i).filter((i) => i < missing || (shape[i - missing] === 1 && dy.shape[i] !== 1))
  return reshape(axes.length > 0 ? sum(dy, axes) : dy, shape.slice())
}
