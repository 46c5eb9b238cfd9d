import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Kind } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { OWN_FOLDER } from '../core/own-folder.js'
import { writeSafetensors } from '../core/safetensors.js'
import { lastEventTime } from '../embed/pending.js'
import type { PortableModel } from '../engine/onnx/portable.js'
import { DOMAINS, EVENT_TYPES } from '../features/snapshot.js'
import { FILES, readManifest, verifyFile, type GenerationManifest } from '../generations/files.js'
import type { BlendWeights } from '../retrieve/blend.js'
import { runWeights, servedProtocol } from '../retrieve/run-model.js'
import { findRun, finishedRuns, listRuns, type RunNames } from '../runs/manifest.js'
import { count } from '../text/numbers.js'
import type { Workspace } from '../workspace/workspace.js'
import { exportFolder, type ExportedFile } from './export-folder.js'
import { writeCatalog, writeEvents, writeUsers } from './export-tables.js'
import { writeEntryVectors, writeUserVectors } from './export-vectors.js'
import { onnxTowers, openModel, type OpenModel } from './towers.js'

const VERSION = 1

/** The files of the towers of each model: of users, and of what it recommends; the item model may have layers more. */
export const TOWERS = {
  item: { user: 'towers/user.onnx', candidate: 'towers/item.onnx' },
  advertiser: { user: 'towers/advertiser-user.onnx', candidate: 'towers/advertiser.onnx' },
} as const
const CONTEXT = 'towers/context.onnx'

export interface ExportedTower {
  file: string
  opset: number
  inputs: { name: string; type: string; shape: (number | string)[] }[]
  outputs: { name: string; type: string; shape: (number | string)[] }[]
}

export interface ExportedRun {
  id: string
  /** SHA-256 of the flat parameters */
  weightsHash: string | null
  /** latest events of a history that the user tower takes */
  length: number
  /** width of the vectors */
  width: number
  /** whether a history carries the age of its events: the user tower has the input `age` */
  ages: boolean
  /** context: layers that take the context of a request in; absent where the run was trained without */
  towers: { user: ExportedTower; candidate: ExportedTower; context?: ExportedTower }
  /** of the hybrid that is served; null where there was nothing to fit them on */
  weights: (BlendWeights & { popularityDays?: number }) | null
}

/** manifest.json of an export. */
export interface ExportManifest {
  version: number
  /** version of adseq */
  adseq: string
  /** ISO time */
  created: string
  /** the published generation that it is of; null: of runs */
  generation: string | null
  /** every event up to this ingest number is in the vectors of users */
  seq: number
  /** unix seconds: popularity is as of then */
  asOf: number
  runs: Partial<Record<Kind, ExportedRun>>
  /** best advertisers stored of a user, at most */
  candidates: number
  codes: { types: Record<string, number>; domains: Record<string, number> }
  rows: Record<string, number>
}

export interface ExportOptions {
  folder: string
  /** ids of an item and an advertiser run; without any: what is published, else the newest finished runs */
  runs?: readonly string[]
  /** leaves the event log out */
  events?: boolean
  signal?: AbortSignal
  now?: () => Date
}

/** What is exported: runs, and where their vectors are. */
interface Source {
  runs: RunNames
  generation?: GenerationManifest
}

/**
 * `adseq export`: what other engines need to encode, rank and train with what was learned here. Docs: docs/export.md.
 * @throws UserError when there is no finished run, a named one is not there, or the folder is in use
 */
export async function exportWorkspace(
  workspace: Workspace,
  { folder, runs = [], events = true, signal, now = () => new Date() }: ExportOptions,
): Promise<ExportManifest & { files: ExportedFile[] }> {
  const source = sourceOf(workspace, runs)
  return exportFolder(folder, async (temporary) => {
    for (const sub of ['towers', 'parameters', 'tables', 'vectors']) mkdirSync(join(temporary, sub))
    return fill(workspace, source, temporary, { events, signal, now })
  })
}

async function fill(
  workspace: Workspace,
  { runs, generation }: Source,
  folder: string,
  { events, signal, now }: { events: boolean; signal?: AbortSignal; now: () => Date },
): Promise<ExportManifest> {
  const { store, snapshot, config, progress } = workspace
  const asOf = generation?.asOf ?? lastEventTime(snapshot)
  const seq = generation?.seq ?? snapshot.lastSeq
  if (snapshot.lastSeq > seq)
    progress.line(
      `Events came after ${generation!.generation}: its vectors are exported as published, tables and events as they ` +
        'are now. Run `adseq refresh` first to have them agree.',
    )
  const models: Partial<Record<Kind, OpenModel>> = {}
  const exported: ExportManifest['runs'] = {}
  const rows: Record<string, number> = {}
  for (const kind of ['item', 'advertiser'] as const) {
    const id = runs[kind]
    if (id === undefined) continue
    progress.start(`towers of ${id}`)
    const model = (models[kind] = await openModel(await workspace.run(id, kind)))
    exported[kind] = {
      ...writeTowers(folder, kind, model),
      weights: await weightsOf(workspace, kind, model, generation),
    }
    writeParameters(join(folder, 'parameters', `${kind}.safetensors`), model)
    signal?.throwIfAborted()
    const vectors = generation ? await publishedVectors(workspace, generation, kind) : undefined
    const entries = await writeEntryVectors(workspace, kind, model, asOf, folder, vectors)
    const users = await writeUserVectors(workspace, kind, id, seq, folder)
    rows[`vectors/${kind}s.parquet`] = entries
    Object.assign(rows, users)
    if (Object.keys(users).length === 0)
      progress.line(`Run ${id} has encoded nobody yet, so that no vectors of users are exported (adseq infer).`)
    progress.finish(`${count(entries)} ${kind}s`)
    signal?.throwIfAborted()
  }
  progress.start('tables')
  Object.assign(rows, await writeCatalog(workspace, models, exported, asOf, folder))
  rows['tables/users.parquet'] = await writeUsers(workspace, folder)
  signal?.throwIfAborted()
  if (events) rows['tables/events.parquet'] = await writeEvents(workspace, folder)
  progress.finish(events ? `${count(rows['tables/events.parquet'])} events` : '')
  return {
    version: VERSION,
    adseq: (JSON.parse(readFileSync(join(OWN_FOLDER, 'package.json'), 'utf8')) as { version: string }).version,
    created: now().toISOString(),
    generation: generation?.generation ?? null,
    seq: Math.min(seq, ...Object.values(runs).map((id) => store.watermark(id) || seq)),
    asOf,
    runs: exported,
    candidates: config.infer.candidates,
    codes: { types: numbered(EVENT_TYPES), domains: numbered(DOMAINS) },
    rows,
  }
}

/** Codes as the tables hold them: from 1 on, 0 is padding. */
const numbered = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries(names.map((name, code) => [name, code + 1]))

function sourceOf({ folder, store, paths }: Workspace, ids: readonly string[]): Source {
  if (ids.length > 0) {
    const known = listRuns(folder)
    const runs: RunNames = {}
    for (const id of ids) {
      const kind = known.find((run) => run.id === id)?.kind ?? 'item'
      if (runs[kind] !== undefined)
        throw new UserError(`Two ${kind} runs are named.`, 'Name at most one item run and one advertiser run.')
      runs[kind] = findRun(folder, id, kind).id
    }
    return { runs }
  }
  const current = store.currentGeneration()
  if (current) {
    const generation = readManifest(paths.index, current)
    const { itemRun: item, advertiserRun: advertiser } = generation
    return { runs: { item, ...(advertiser !== undefined && { advertiser }) }, generation }
  }
  const runs: RunNames = {}
  for (const { id, kind } of finishedRuns(folder)) runs[kind] = id
  if (!runs.item && !runs.advertiser)
    throw new UserError('There is no finished run to export.', 'Train one: adseq train item.')
  return { runs }
}

function writeTowers(folder: string, kind: Kind, model: OpenModel): Omit<ExportedRun, 'weights'> {
  const { manifest, config, encoder } = model.run
  const towers = onnxTowers(model)
  const written = (file: string, { bytes, opset, inputs, outputs }: PortableModel): ExportedTower => {
    writeFileSync(join(folder, file), bytes, { flush: true })
    const told = (values: typeof inputs) => values.map(({ name, type, dims }) => ({ name, type, shape: [...dims] }))
    return { file, opset, inputs: told(inputs), outputs: told(outputs) }
  }
  return {
    id: manifest.id,
    weightsHash: manifest.weightsHash ?? null,
    length: config.model.length,
    width: encoder.width,
    ages: encoder.parts.ages,
    towers: {
      user: written(TOWERS[kind].user, towers.user),
      candidate: written(TOWERS[kind].candidate, towers.candidate),
      ...(towers.context && { context: written(CONTEXT, towers.context) }),
    },
  }
}

/** Every parameter by its name, and the frozen tables that the user tower reads. */
function writeParameters(path: string, { entries, run }: OpenModel): void {
  const arrays = Object.fromEntries(
    Object.entries(entries).map(([name, { shape, data }]) => [name, { shape: [...shape], data }]),
  )
  writeSafetensors(path, arrays, { run: run.manifest.id, kind: run.manifest.kind })
}

async function weightsOf(
  workspace: Workspace,
  kind: Kind,
  { run }: OpenModel,
  generation: GenerationManifest | undefined,
): Promise<ExportedRun['weights']> {
  const published = generation?.weights?.[kind]
  if (published !== undefined) return published
  const protocol = servedProtocol(workspace.config.eval, run.manifest)
  return (await runWeights(workspace, run, protocol)).weights[kind] ?? null
}

/** The file of published vectors of a level, checked; undefined where the generation has none. */
async function publishedVectors(
  { paths }: Workspace,
  generation: GenerationManifest,
  kind: Kind,
): Promise<string | undefined> {
  const sum = kind === 'item' ? generation.vectors : generation.advertisers?.vectors
  if (!sum) return undefined
  const path = join(paths.index, generation.generation, kind === 'item' ? FILES.items : FILES.advertisers)
  await verifyFile(generation.generation, path, sum)
  return path
}
