import type { StateEntry } from '../engine/types.js'
import { portableModel, type PortableModel } from '../engine/onnx/portable.js'
import type { ItemFeatures } from '../features/item-features.js'
import { CATEGORY_LEVELS } from '../features/snapshot.js'
import {
  exportedCandidateTower,
  exportedContextLayers,
  exportedUserTower,
  type CatalogTables,
} from '../model/exported-towers.js'
import { nameParameters, parameterSpecs } from '../model/parameters.js'
import { readsContext } from '../model/shape.js'
import type { LoadedRun } from '../runs/load.js'

/** A run's parameters and frozen tables in memory, as files of others are made of them. */
export interface OpenModel {
  run: LoadedRun
  /** parameters by name, frozen tables, CatalogTables */
  entries: Record<string, StateEntry>
}

/** Reads a loaded run back from its engine. */
export async function openModel(run: LoadedRun): Promise<OpenModel> {
  const { shape, state, features } = run.encoder.parts
  const { parameters, ...frozen } = await state.read()
  const entries: Record<string, StateEntry> = nameParameters(parameterSpecs(shape), parameters as Float32Array)
  for (const [name, data] of Object.entries(frozen)) entries[name] = { shape: state.entries[name].shape, data }
  for (const [name, data] of Object.entries(catalogTables(features))) entries[name] = tableOf(name, data)
  return { run, entries }
}

/** The files of a model: two towers and, where it has them, the context layers. */
export interface OnnxTowers {
  user: PortableModel
  candidate: PortableModel
  context?: PortableModel
}

/** The towers of a run as ONNX models. @throws UserError when a table is too large for one file */
export function onnxTowers({ run, entries }: OpenModel): OnnxTowers {
  const { shape, ages } = run.encoder.parts
  const { kind } = shape
  // what a candidate tower reads of frozen tables comes as inputs
  const parameters = Object.fromEntries(
    Object.entries(entries).filter(([name]) => !/^(items|advertisers|categories)\./.test(name)),
  )
  return {
    user: portableModel(`user tower of the ${kind} model`, exportedUserTower(shape, ages), entries),
    candidate: portableModel(`${kind} tower`, exportedCandidateTower(shape), parameters),
    ...(readsContext(shape) && {
      context: portableModel('context layers', exportedContextLayers(shape), parameters),
    }),
  }
}

const WIDTHS: Record<keyof CatalogTables, number> = {
  'items.category': CATEGORY_LEVELS,
  'items.price': 1,
  'advertisers.buckets': 2,
  'categories.row': 1,
}

function catalogTables({ category, price, advertiser, categoryRow }: ItemFeatures): CatalogTables {
  const table = (data: Int32Array, width: number): Int32Array => {
    const out = new Int32Array(data.length + width)
    out.set(data, width)
    return out
  }
  return {
    'items.category': table(category, CATEGORY_LEVELS),
    'items.price': table(price, 1),
    'advertisers.buckets': table(advertiser, 2),
    'categories.row': table(categoryRow, 1),
  }
}

function tableOf(name: string, data: Int32Array): StateEntry {
  const width = WIDTHS[name as keyof CatalogTables]
  return { shape: width === 1 ? [data.length] : [data.length / width, width], data }
}
