import type { Origin } from '../../store/ad-codes.js'
import type { AdCounts } from '../../store/ads.js'
import { openStore } from '../../store/open.js'
import type { Counts, Store } from '../../store/store.js'
import type { FormatOptions, Step } from './format.js'
import { importFile, type RunOptions } from './import-file.js'
import { importFold } from './import-fold.js'
import type { GivenMapping } from './mapping.js'
import type { FileResult } from './outcome.js'
import { inWords } from './system-error.js'
import { planImport } from './plan.js'

export interface ImportOptions extends Omit<FormatOptions, 'mapping' | 'say' | 'times'>, RunOptions {
  mapping: GivenMapping
  /** of texts that are not UTF-8 */
  encoding?: string
}

export interface ImportResult {
  format: string
  files: FileResult[]
  /** the store afterwards */
  counts: Counts
  /** the ads afterwards, where ads or impressions were imported */
  ads?: AdCounts & { byOrigin: Partial<Record<Origin, number>> }
  seconds: number
  /** rows of events stored a second, over everything this call did, whole; undefined when it stored none */
  eventsPerSecond?: number
}

/**
 * Imports files of a format into a workspace, made if it is not there. Files already imported are left out; one that
 * was cut off goes on where it stopped.
 * @throws UserError before anything is stored when a file, an option or the mapping cannot be right
 */
export async function importFiles(
  folder: string,
  format: string,
  paths: readonly string[],
  options: ImportOptions,
): Promise<ImportResult> {
  try {
    const started = performance.now()
    const steps = await planImport(format, paths, options)
    return await importSteps(folder, format, steps, started, options)
  } catch (error) {
    throw inWords(error)
  }
}

async function importSteps(
  folder: string,
  format: string,
  steps: Step[],
  started: number,
  options: ImportOptions,
): Promise<ImportResult> {
  const store = openStore(folder, { create: true })
  try {
    const files: FileResult[] = []
    const before = store.counts().items
    let catalog = before
    for (const step of steps) {
      files.push(
        ...('fold' in step
          ? await importFold(store, step.fold, options)
          : [await importFile(store, step.file, options)]),
      )
      if (files.every(({ kind }) => kind !== 'events')) catalog = store.counts().items
    }
    store.writer().finish()
    const stored = (kind: string) => files.find((file) => file.kind === kind && file.rows > 0)
    const [items, about] = [stored('items'), stored('events')]
    if (items && about && catalog > before && !store.hasEventsOfItems(before, catalog)) {
      const note = strangers(store, items.file, before + 1, catalog + 1)
      items.notes.push(note)
      options.progress.line(note)
    }
    const seconds = (performance.now() - started) / 1000
    const events = files.reduce((sum, { kind, rows }) => sum + (kind === 'events' ? rows : 0), 0)
    return {
      format,
      files,
      counts: store.counts(),
      ...(files.some(({ kind }) => kind === 'ads' || kind === 'impressions') && {
        ads: { ...store.ads.counts(), byOrigin: store.ads.byOrigin() },
      }),
      seconds,
      eventsPerSecond: events > 0 ? Math.round(events / seconds) : undefined,
    }
  } finally {
    store.close()
  }
}

/** What is said of a catalog of which no item is one of the events. */
function strangers(store: Store, file: string, ofCatalog: number, ofEvents: number): string {
  const [one, other] = [ofCatalog, ofEvents].map((id) => store.item(id)?.externalId)
  const example = other === undefined ? '' : ` (${one} there, ${other} in the events)`
  return `${file}: none of its new items is an item of an event${example}. Are their ids written alike?`
}

/** The files of a step. */
export const filesOf = (step: Step) => ('fold' in step ? step.fold.files : [step.file])
