import type { Snapshot } from '../features/snapshot.js'
import { runFolder } from '../store/paths.js'
import { readModel } from '../runs/model-file.js'
import { extendTables, modelShape } from '../runs/model-inputs.js'
import { readRunConfig } from '../runs/load.js'

/** The graph vectors that a run's item tower reads. */
export interface ItemGraph {
  /** [items, width] unit vectors, zeros where nothing is known of an item */
  vectors: Float32Array
  width: number
  /** [items] 1 = learned from what is engaged with together, 0 = made of category, advertiser and title */
  warm: Uint8Array
}

/** Reads the graph vectors of a finished item run; undefined for a run that was trained without them. */
export function readItemGraph(workspace: string, run: string, snapshot: Snapshot): ItemGraph | undefined {
  const config = readRunConfig(workspace, run)
  if (!config.graph.vectors) return undefined
  const { tables } = readModel(runFolder(workspace, run), modelShape(snapshot, config, 'item'))
  const { itemVectors, warm } = extendTables(tables, snapshot, config, 'item')
  const width = config.model.vectorWidth
  // row 0 of the table stands for no item
  return { vectors: itemVectors.subarray(width), width, warm }
}
