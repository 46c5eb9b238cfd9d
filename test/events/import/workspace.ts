import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach } from 'vitest'
import { UserError } from '../../../src/core/errors.js'
import { silent, type Progress } from '../../../src/core/progress.js'
import { describeFiles, type Description } from '../../../src/events/import/describe.js'
import { importFiles, type ImportOptions, type ImportResult } from '../../../src/events/import/import.js'
import type { GivenMapping } from '../../../src/events/import/mapping.js'
import { EVENT_TYPES } from '../../../src/store/event-types.js'
import { openStore } from '../../../src/store/open.js'
import type { Store } from '../../../src/store/store.js'

/** Options of an import, the mapping among them. */
export type CsvImportOptions = Partial<ImportOptions & GivenMapping>

/** `importFiles` of CSV, with defaults. */
export function importCsv(folder: string, paths: readonly string[], options: CsvImportOptions): Promise<ImportResult> {
  const { columns = {}, eventTypes = {}, defaultType, header = true, without, dates, ...rest } = options
  return importFiles(folder, 'csv', paths, {
    mapping: { columns, eventTypes, defaultType, header, without, dates },
    evaluation: { cutoff: 'auto', windowDays: 30 },
    maxRejects: 0.05,
    progress: silent,
    ...rest,
  })
}

/** Interrupts work when its stage begins. */
export function stopWhen(stage: string): { signal: AbortSignal; progress: Progress } {
  const stop = new AbortController()
  const start = (label: string): void => {
    if (label.startsWith(stage)) stop.abort()
  }
  return { signal: stop.signal, progress: { start, update() {}, finish() {}, line() {} } }
}

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A workspace and, beside it, files to import. */
export class ImportFolder {
  readonly folder = mkdtempSync(join(tmpdir(), 'adseq-import-'))
  readonly workspace = join(this.folder, 'workspace')
  /** what progress said outside of stages */
  readonly lines: string[] = []

  constructor() {
    folders.push(this.folder)
  }

  file(name: string, content: string | Buffer | string[]): string {
    const path = join(this.folder, name)
    const data = Array.isArray(content) ? content.map((line) => `${line}\n`).join('') : content
    writeFileSync(path, name.endsWith('.gz') && typeof data === 'string' ? gzipSync(data) : data)
    return path
  }

  import(paths: string | string[], options: CsvImportOptions = {}): Promise<ImportResult> {
    const progress: Progress = { start() {}, update() {}, finish() {}, line: (text) => this.lines.push(text) }
    return importCsv(this.workspace, [paths].flat(), { progress, ...options })
  }

  importInto(workspace: string, path: string): Promise<ImportResult> {
    return importCsv(workspace, [path], {})
  }

  importAs(format: string, paths: string | string[], options: Partial<ImportOptions> = {}): Promise<ImportResult> {
    return importFiles(this.workspace, format, [paths].flat(), this.options(options))
  }

  describe(format: string, paths: string | string[], options: Partial<ImportOptions> = {}): Promise<Description> {
    return describeFiles(format, [paths].flat(), this.options(options))
  }

  private options(options: Partial<ImportOptions>): ImportOptions {
    const progress: Progress = { start() {}, update() {}, finish() {}, line: (text) => this.lines.push(text) }
    return {
      mapping: { columns: {}, eventTypes: {}, header: true },
      evaluation: { cutoff: 'auto', windowDays: 30 },
      maxRejects: 0.05,
      progress,
      ...options,
    }
  }

  /** "id advertiser category price title" of every item, in the order of ingestion; - for none. */
  items(): string[] {
    return this.read((store) => {
      const advertisers = store.externalIds('advertisers')
      return [...store.scanItems()].map(([, id, advertiser, category, price, title]) =>
        [id, advertisers[advertiser - 1] ?? '-', category ?? '-', price ?? '-', title ?? '-'].join(' '),
      )
    })
  }

  /** The message and hint that an import is refused with. */
  async refusal(paths: string | string[], options: CsvImportOptions = {}): Promise<UserError> {
    try {
      await this.import(paths, options)
    } catch (error) {
      if (error instanceof UserError) return error
      throw error
    }
    throw new Error('the import was not refused')
  }

  read<T>(look: (store: Store) => T): T {
    const store = openStore(this.workspace, { readonly: true })
    try {
      return look(store)
    } finally {
      store.close()
    }
  }

  /** "user item advertiser type domain time" of every event, in the order of ingestion; - for none. */
  events(): string[] {
    return this.read((store) => {
      const [users, items, advertisers] = (['users', 'items', 'advertisers'] as const).map((table) =>
        store.externalIds(table),
      )
      return [...store.scanEvents()].map(([, user, item, advertiser, type, domain, time]) =>
        [
          users[user - 1],
          items[item - 1] ?? '-',
          advertisers[advertiser - 1] ?? '-',
          EVENT_TYPES[type],
          domain,
          time,
        ].join(' '),
      )
    })
  }

  rejects(name: string): { line: number; reason: string; value?: string; row: string }[] {
    const text = readFileSync(join(this.workspace, 'rejects', `${name}.jsonl`), 'utf8')
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { line: number; reason: string; row: string })
  }

  /** Everything that an import leaves, but for the moments at which it ran. */
  content(): unknown {
    return this.read((store) => ({
      hash: store.dataHash(),
      events: [...store.scanEvents()],
      items: [...store.scanItems()],
      users: store.externalIds('users'),
      advertisers: store.externalIds('advertisers'),
      imports: store.imports.all().map(({ started: _started, finished: _finished, ...rest }) => rest),
    }))
  }
}
