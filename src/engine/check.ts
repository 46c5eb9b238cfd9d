import type { Tensor } from '@tensorflow/tfjs-core'
import { sizeOf } from './onnx/dims.js'
import type { Feed, Feeds, StateEntry, TensorSpec } from './types.js'

/** The spec of a state entry. @throws when its values do not fit its shape */
export function specOf(name: string, { shape, data }: StateEntry): TensorSpec {
  const spec: TensorSpec = { shape: shape.slice(), dtype: data instanceof Int32Array ? 'int32' : 'float32' }
  checkFeed(`State entry ${name}`, spec, data)
  return spec
}

/** @throws when a name is unknown, or a length or type differs; nothing is written then */
export function checkWrite(entries: Readonly<Record<string, TensorSpec>>, values: Feeds): void {
  for (const [name, data] of Object.entries(values)) {
    const entry = entries[name]
    if (!entry) throw new Error(`The state has no entry ${name}`)
    checkFeed(`State entry ${name}`, entry, data)
  }
}

/** @throws when the values do not fit the spec */
export function checkFeed(what: string, { shape, dtype }: TensorSpec, data: Feed): void {
  if (data.length !== sizeOf(shape))
    throw new Error(`${what}: ${data.length} values for shape [${shape}], which has ${sizeOf(shape)}`)
  const given = data instanceof Int32Array ? 'int32' : 'float32'
  if (given !== dtype) throw new Error(`${what}: ${given} values for ${dtype}`)
}

/** @throws when a new state value has no entry, or another shape or type than its entry */
export function checkNext(
  program: string,
  next: Record<string, Tensor>,
  state: Readonly<Record<string, TensorSpec>>,
): void {
  for (const [name, t] of Object.entries(next)) {
    const entry = state[name]
    if (!entry) throw new Error(`Program ${program}: next.${name} is not an entry of the state`)
    if (t.dtype !== entry.dtype || t.shape.join() !== entry.shape.join()) {
      throw new Error(
        `Program ${program}: next.${name} is ${t.dtype} [${t.shape}], the state holds ${entry.dtype} [${entry.shape}]`,
      )
    }
  }
}
