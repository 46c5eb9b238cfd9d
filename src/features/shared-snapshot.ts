import type { Snapshot } from './snapshot.js'

/** Moves an array into memory that all threads of the process see; one that is there already stays. */
function shared<T extends Uint8Array | Uint32Array | Int32Array | Float32Array>(data: T): T {
  if (data.buffer instanceof SharedArrayBuffer) return data
  const type = data.constructor as new (buffer: SharedArrayBuffer) => T
  const copy = new type(new SharedArrayBuffer(data.byteLength))
  copy.set(data as never)
  return copy
}

/** The same snapshot with its arrays in shared memory, so that sending it to a worker thread copies nothing. */
export function shareSnapshot(snapshot: Snapshot): Snapshot {
  const out: Snapshot = { ...snapshot }
  for (const [name, value] of Object.entries(snapshot) as [keyof Snapshot, unknown][]) {
    if (ArrayBuffer.isView(value)) Object.assign(out, { [name]: shared(value as Uint8Array) })
  }
  return out
}
