import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../core/errors.js'
import { readSafetensors, writeSafetensors, type NamedArray, type Safetensors } from '../core/safetensors.js'
import { candidateFeatures, flattenParameters, nameParameters, parameterSpecs } from '../model/parameters.js'
import type { ModelShape } from '../model/shape.js'
import type { ModelTables } from './model-inputs.js'

/** What a finished run keeps of its model. */
export interface TrainedModel {
  /** flat */
  parameters: Float32Array
  tables: ModelTables
}

/**
 * The models a run keeps. final: what it is for. selected: the best of the select phase, which has learned nothing of
 * the validation window, with the tables it was trained with; kept where a refit makes the final one.
 */
export const MODEL_FILES = { final: 'model.safetensors', selected: 'selected.safetensors' } as const
export type ModelFile = keyof typeof MODEL_FILES

const ITEM_VECTORS = 'items.vectors'
const ADVERTISER_TABLE = 'advertisers.table'
const ITEM_STRENGTH = 'items.strength'
const WARM = 'items.warm'

/** Writes parameters and frozen tables by name. */
export function writeModel(
  folder: string,
  shape: ModelShape,
  { parameters, tables }: TrainedModel,
  file: ModelFile = 'final',
): void {
  const table = (data: Float32Array, width: number): NamedArray => ({ shape: [data.length / width, width], data })
  const arrays: Record<string, NamedArray> = {
    ...nameParameters(parameterSpecs(shape), parameters),
    [ITEM_VECTORS]: table(tables.itemVectors, shape.config.vectorWidth),
    [ITEM_STRENGTH]: table(tables.itemStrength, 1),
    [WARM]: { shape: [tables.warm.length], data: tables.warm },
  }
  if (tables.advertiserTable) arrays[ADVERTISER_TABLE] = table(tables.advertiserTable, shape.aggregateWidth)
  writeSafetensors(join(folder, MODEL_FILES[file]), arrays)
}

/**
 * Reads a model of a run; `shape` may have more items than were trained.
 * @param checksum of the file, where the manifest has it
 * @throws UserError when the file is missing, damaged, or not the one of the manifest
 */
export function readModel(
  folder: string,
  shape: ModelShape,
  file: ModelFile = 'final',
  checksum?: string,
): TrainedModel {
  const { arrays } = verifyModel(folder, file, checksum)
  const itemVectors = arrays[ITEM_VECTORS].data as Float32Array
  return {
    parameters: flattenParameters(parameterSpecs(shape), withReach(shape, arrays as Record<string, FloatArray>)),
    tables: {
      itemVectors,
      // read by the profile alone, and the first models had none
      itemStrength: (arrays[ITEM_STRENGTH]?.data ??
        new Float32Array(itemVectors.length / shape.config.vectorWidth)) as Float32Array,
      warm: arrays[WARM].data as Uint8Array,
      advertiserTable: arrays[ADVERTISER_TABLE]?.data as Float32Array | undefined,
    },
  }
}

interface FloatArray {
  shape: number[]
  data: Float32Array
}

const CANDIDATE = 'candidate.hidden.weight'
/** Columns of the popularity features that count users; the first models read those that count events alone. */
const REACH = 2

/** The arrays of a model of before reach was read, with rows of zeros for it: it answers as it did. */
function withReach(shape: ModelShape, arrays: Record<string, FloatArray>): Record<string, FloatArray> {
  const old = arrays[CANDIDATE]
  const rows = candidateFeatures(shape)
  if (old?.shape[0] !== rows - REACH) return arrays
  const columns = old.shape[1]
  const data = new Float32Array(rows * columns)
  // the features of popularity come last, but for an item's own vector
  const at = (rows - REACH - (shape.config.itemIds ? shape.config.width : 0)) * columns
  data.set(old.data.subarray(0, at))
  data.set(old.data.subarray(at), at + REACH * columns)
  return { ...arrays, [CANDIDATE]: { shape: [rows, columns], data } }
}

/**
 * Reads a file of a model whole and checks it.
 * @throws UserError when it is missing, damaged, or not the one of the manifest
 */
export function verifyModel(folder: string, file: ModelFile, checksum?: string): Safetensors {
  const path = join(folder, MODEL_FILES[file])
  const read = readSafetensors(path)
  if (checksum !== undefined && read.metadata.checksum !== checksum) {
    throw new UserError(
      `${path} is not the file that the manifest of its run names: the checksums differ.`,
      'Restore it from a copy, or delete the folder of this run and train again.',
    )
  }
  return read
}

/** The checksum of the kept model of the select phase. @throws UserError when the file is missing or damaged */
export function selectedChecksum(folder: string): string {
  return verifyModel(folder, 'selected').metadata.checksum
}

export function hasSelected(folder: string): boolean {
  return existsSync(join(folder, MODEL_FILES.selected))
}

/** SHA-256 in hex over the bytes of the flat parameters. */
export function weightsHash(parameters: Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength))
    .digest('hex')
}
