import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readSafetensors, writeSafetensors, type NamedArray } from '../core/safetensors.js'
import { flattenParameters, nameParameters, parameterSpecs } from '../model/parameters.js'
import type { ModelShape } from '../model/shape.js'
import type { ModelTables } from './model-inputs.js'

/** What a finished run keeps of its model. */
export interface TrainedModel {
  /** flat */
  parameters: Float32Array
  tables: ModelTables
}

const FILE = 'model.safetensors'
const ITEM_VECTORS = 'items.vectors'
const ADVERTISER_TABLE = 'advertisers.table'
const WARM = 'items.warm'

/** Writes final parameters and frozen tables by name. */
export function writeModel(folder: string, shape: ModelShape, { parameters, tables }: TrainedModel): void {
  const table = (data: Float32Array, width: number): NamedArray => ({ shape: [data.length / width, width], data })
  const arrays: Record<string, NamedArray> = {
    ...nameParameters(parameterSpecs(shape), parameters),
    [ITEM_VECTORS]: table(tables.itemVectors, shape.config.vectorWidth),
    [WARM]: { shape: [tables.warm.length], data: tables.warm },
  }
  if (tables.advertiserTable) arrays[ADVERTISER_TABLE] = table(tables.advertiserTable, shape.aggregateWidth)
  writeSafetensors(join(folder, FILE), arrays)
}

/**
 * Reads the model of a run; `shape` may have more items than were trained.
 * @throws UserError when the file is missing or damaged
 */
export function readModel(folder: string, shape: ModelShape): TrainedModel {
  const { arrays } = readSafetensors(join(folder, FILE))
  return {
    parameters: flattenParameters(parameterSpecs(shape), arrays as Record<string, { shape: number[]; data: Float32Array }>),
    tables: {
      itemVectors: arrays[ITEM_VECTORS].data as Float32Array,
      warm: arrays[WARM].data as Uint8Array,
      advertiserTable: arrays[ADVERTISER_TABLE]?.data as Float32Array | undefined,
    },
  }
}

/** SHA-256 in hex over the bytes of the flat parameters. */
export function weightsHash(parameters: Float32Array): string {
  return createHash('sha256').update(new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength)).digest('hex')
}
