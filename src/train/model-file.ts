import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readSafetensors, writeSafetensors, type NamedArray } from '../core/safetensors.js'
import { flattenParameters, nameParameters, type ParameterSpec } from '../model/parameters.js'
import type { FrozenTables } from '../model/state.js'

/** What a finished run keeps of its model. */
export interface TrainedModel {
  /** flat */
  parameters: Float32Array
  tables: FrozenTables
}

const FILE = 'model.safetensors'
const ITEM_VECTORS = 'items.vectors'
const ADVERTISER_TABLE = 'advertisers.table'

/** Writes final parameters and frozen tables by name. */
export function writeModel(folder: string, specs: readonly ParameterSpec[], { parameters, tables }: TrainedModel, widths: { vector: number; aggregate: number }): void {
  const table = (data: Float32Array, width: number): NamedArray => ({ shape: [data.length / width, width], data })
  const arrays: Record<string, NamedArray> = { ...nameParameters(specs, parameters), [ITEM_VECTORS]: table(tables.itemVectors, widths.vector) }
  if (tables.advertiserTable) arrays[ADVERTISER_TABLE] = table(tables.advertiserTable, widths.aggregate)
  writeSafetensors(join(folder, FILE), arrays)
}

/** @throws UserError when the file is missing or damaged */
export function readModel(folder: string, specs: readonly ParameterSpec[]): TrainedModel {
  const { arrays } = readSafetensors(join(folder, FILE))
  const table = (name: string): Float32Array | undefined => arrays[name]?.data as Float32Array | undefined
  return {
    parameters: flattenParameters(specs, arrays as Record<string, { shape: number[]; data: Float32Array }>),
    tables: { itemVectors: table(ITEM_VECTORS)!, advertiserTable: table(ADVERTISER_TABLE) },
  }
}

/** SHA-256 in hex over the bytes of the flat parameters. */
export function weightsHash(parameters: Float32Array): string {
  return createHash('sha256').update(new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength)).digest('hex')
}
