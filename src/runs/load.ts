import type { Kind } from '../config/schema.js'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { savedConfig } from '../config/saved.js'
import type { Config } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import type { Engine } from '../engine/types.js'
import { createItemFeatures } from '../features/item-features.js'
import { createPopularity } from '../features/popularity.js'
import type { CatalogData, EventData } from '../features/snapshot.js'
import { runFolder } from '../store/paths.js'
import { inferenceState } from '../model/state.js'
import { usesAges } from './model-inputs.js'
import { Encoder } from './encoder.js'
import { findRun, type Manifest } from './manifest.js'
import { readModel, type ModelFile } from './model-file.js'
import { extendTables, modelShape } from './model-inputs.js'

/** A finished run, ready to encode. */
export interface LoadedRun {
  manifest: Manifest
  /** the configuration it was trained with, resolved for its kind */
  config: Config
  encoder: Encoder
  dispose(): Promise<void>
}

/** The configuration a run was trained with. @throws UserError when the file is damaged */
export function readRunConfig(workspace: string, run: string): Config {
  const path = join(runFolder(workspace, run), 'config.yaml')
  const read = savedConfig(parse(readFileSync(path, 'utf8')))
  if ('config' in read) return read.config
  throw new UserError(
    `${path} is no configuration of adseq (${read.wrong}).`,
    'Restore it from a copy, or train again: adseq train item, adseq train advertiser.',
  )
}

/**
 * Loads a finished run for the data it was trained on, or newer data of the same workspace. New users need nothing; new
 * items get vectors by the rule for cold items.
 *
 * @param reference an id, or 'latest' for the newest run of the kind
 * @param events what the popularity of items and advertisers is counted in; without them users alone can be encoded
 * @param which selected: the model of the select phase, which of a run without refit is the final one
 * @throws UserError when there is no such run, its files are damaged, or the catalog is of other data
 */
export async function loadRun(
  workspace: string,
  reference: string,
  kind: Kind,
  engine: Engine,
  catalog: CatalogData,
  events: EventData | undefined,
  which: ModelFile = 'final',
): Promise<LoadedRun> {
  const manifest = findRun(workspace, reference, kind)
  const { data } = manifest
  const fewer = catalog.items < data.items || catalog.advertisers < data.advertisers
  if (fewer || (events && events.users < data.users)) {
    throw new UserError(
      `Run ${manifest.id} was trained on ${data.items} items, ${data.advertisers} advertisers and ${data.users} ` +
        'users, ' +
        'and the workspace has fewer now.',
      `The data was replaced since: train again with adseq train ${kind}.`,
    )
  }
  const config = readRunConfig(workspace, manifest.id)
  const shape = modelShape(catalog, config, kind)
  const folder = runFolder(workspace, manifest.id)
  const selected = which === 'selected' && manifest.refit
  const model = readModel(folder, shape, selected ? which : 'final', selected ? manifest.selectedChecksum : undefined)
  const tables = extendTables(model.tables, catalog, config, kind)
  const state = await engine.state(inferenceState(shape, model.parameters, tables))
  const encoder = new Encoder({
    engine,
    state,
    shape,
    catalog,
    features: createItemFeatures(catalog, config.model),
    popularity: events && createPopularity({ ...catalog, ...events }, kind, Infinity),
    ages: usesAges(config.model, config.train),
  })
  const dispose = async (): Promise<void> => {
    await encoder.dispose()
    state.dispose()
  }
  return { manifest, config, encoder, dispose }
}
