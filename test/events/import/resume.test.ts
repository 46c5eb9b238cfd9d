import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { Interrupted } from '../../../src/core/errors.js'
import { silent } from '../../../src/core/progress.js'
import { Rng } from '../../../src/core/rng.js'
import { importFile, type FileImport } from '../../../src/events/import/import-file.js'
import { filesOf } from '../../../src/events/import/import.js'
import { planImport } from '../../../src/events/import/plan.js'
import { openStore } from '../../../src/store/open.js'
import { openDatabase } from '../../../src/store/sqlite.js'
import { Store } from '../../../src/store/store.js'
import { ImportFolder, stopWhen } from './workspace.js'

/** Rows of all sorts: quoted ids over two lines, non-ASCII, bad ones, empty lines, CRLF. */
function text(rows: number): string {
  const rng = new Rng(1)
  const lines = ['user_id,item_id,event_type,timestamp']
  for (let i = 0; i < rows; i++) {
    const kind = rng.int(40)
    const user = kind === 0 ? `"two\nlines ${rng.int(9)}"` : kind === 1 ? `müller ${rng.int(9)}` : `u${rng.int(50)}`
    lines.push(
      kind === 2
        ? `${user},bad`
        : kind === 3
          ? ''
          : `${user},i${rng.int(200)},view,${1_400_000_000 + i}${kind === 4 ? '\r' : ''}`,
    )
  }
  return lines.join('\n')
}

const mapping = { columns: {}, eventTypes: {}, header: true }

async function plan(path: string): Promise<FileImport> {
  const [step] = await planImport('csv', [path], {
    mapping,
    evaluation: { cutoff: 'auto', windowDays: 30 },
    maxRejects: 0.1,
    progress: silent,
  })
  return filesOf(step)[0]
}

test.each(['events.csv', 'events.csv.gz'])(
  '%s that fails after every batch ends as one that never failed',
  async (name) => {
    const content = name.endsWith('.gz') ? gzipSync(text(3000)) : text(3000)
    const whole = new ImportFolder()
    await whole.import(whole.file(name, content))
    const broken = new ImportFolder()
    const path = broken.file(name, content)
    let attempts = 0
    for (let done = false; !done; attempts++) {
      const store = openStore(broken.workspace, { create: true })
      // the process dies after its first commit, with rows of the next batch written but not committed
      let commits = 0
      const die = { ...silent }
      const save = store.imports.save.bind(store.imports)
      store.imports.save = (state, before) => {
        if (state.status === 'running' && commits++ === 1) throw new Error('killed')
        save(state, before)
      }
      try {
        await importFile(store, await plan(path), { maxRejects: 0.1, progress: die, batch: 271 })
        store.writer().finish()
        done = true
      } catch (error) {
        expect((error as Error).message).toBe('killed')
      }
      store.close()
    }
    expect(attempts).toBeGreaterThan(8)
    const strip = ({ imports, ...rest }: { imports: { options: unknown; rejectsFile?: string }[] }): unknown => ({
      ...rest,
      imports: imports.map(({ options: _o, rejectsFile: _r, ...one }) => one),
    })
    expect(strip(broken.content() as never)).toEqual(strip(whole.content() as never))
    expect(broken.rejects(name)).toEqual(whole.rejects(name))
  },
)

test('an interrupt keeps what was done, says how to go on, and the import ends as if nothing had been', async () => {
  const rows = text(60_000) // more than one block of the file
  const whole = new ImportFolder()
  await whole.import(whole.file('e.csv', rows))
  const at = new ImportFolder()
  const path = at.file('e.csv', rows)
  const refused = await at.refusal(path, stopWhen('import'))
  expect(refused).toBeInstanceOf(Interrupted)
  expect(refused.hint).toBe('Run the same command again: it goes on where it stopped.')
  const kept = at.events().length
  expect(kept).toBeGreaterThan(0)
  const result = await at.import(path)
  expect(result.files[0].status).toBe('resumed')
  expect(at.events()).toEqual(whole.events())
  expect(kept).toBeLessThan(whole.events().length)
})

test('a begun import does not go on with another mapping', async () => {
  const at = new ImportFolder()
  const path = at.file('e.csv', text(60_000))
  await at.refusal(path, stopWhen('import'))
  const refused = await at.refusal(path, { eventTypes: { view: 'click' } })
  expect(refused.message).toContain('e.csv was begun with other options')
})

test('a full disk is an error that keeps what was committed; with space the same import ends complete', async () => {
  const rows = text(20_000)
  const whole = new ImportFolder()
  await whole.import(whole.file('e.csv', rows))
  const at = new ImportFolder()
  const path = at.file('e.csv', rows)
  openStore(at.workspace, { create: true }).close()
  const small = openDatabase(join(at.workspace, 'adseq.db'))
  small.pragma('max_page_count = 90') // SQLite's own stand-in for a disk without space: the same SQLITE_FULL
  const full = new Store(small, at.workspace)
  const file = await plan(path)
  await expect(importFile(full, file, { maxRejects: 0.1, progress: silent, batch: 1000 })).rejects.toMatchObject({
    code: 'SQLITE_FULL',
  })
  const kept = full.counts().events
  expect(kept).toBeGreaterThan(0)
  expect(kept).toBeLessThan(19_000)
  full.close()
  const store = openStore(at.workspace)
  const result = await importFile(store, file, { maxRejects: 0.1, progress: silent, batch: 1000 })
  store.close()
  expect(result.status).toBe('resumed')
  expect(at.events()).toEqual(whole.events())
})

test('another process that has gone on with the file in the meantime: this one stores no row twice', async () => {
  const at = new ImportFolder()
  const path = at.file('e.csv', text(3000))
  const file = await plan(path)
  const options = { maxRejects: 0.1, progress: silent, batch: 500 }
  const store = openStore(at.workspace, { create: true })
  await importFile(store, file, options)
  const done = store.imports.find(file.source.hash)!
  const before = at.events()
  // what a process saw that looked before the other one began, or when it was half way
  for (const seen of [
    undefined,
    { ...done, status: 'running' as const, offset: file.offset, line: 1, rows: 0, rejected: 0, reasons: {} },
  ]) {
    store.imports.find = () => seen
    await expect(importFile(store, file, options)).rejects.toThrow(
      'Another process is importing e.csv into this workspace.',
    )
  }
  store.close()
  expect(at.events()).toEqual(before)
})
