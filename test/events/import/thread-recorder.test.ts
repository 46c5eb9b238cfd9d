import { expect, test } from 'vitest'
import { Interrupted, UserError } from '../../../src/core/errors.js'
import { silent } from '../../../src/core/progress.js'
import { importFile, type FileImport, type RunOptions } from '../../../src/events/import/import-file.js'
import { filesOf } from '../../../src/events/import/import.js'
import { planImport } from '../../../src/events/import/plan.js'
import { openStore } from '../../../src/store/open.js'
import { ImportFolder } from './workspace.js'

const ROWS = 5000
const text = [
  'user_id,item_id,event_type,timestamp,advertiser_id,price',
  ...Array.from({ length: ROWS }, (_, i) =>
    i % 50 === 3
      ? 'bad'
      : `user-${(i * 7919) % 503},item-${(i * 31) % 211},view,${1_500_000_000 + i},${i % 3 ? `a${i % 17}` : ''},${i % 7}`,
  ),
]
const IN_A_THREAD: RunOptions = { maxRejects: 0.1, progress: silent, batch: 300, threadFrom: 0 }

async function plan(path: string): Promise<FileImport> {
  const [step] = await planImport('csv', [path], {
    mapping: { columns: {}, eventTypes: {}, header: true },
    evaluation: { cutoff: 'auto', windowDays: 30 },
    maxRejects: 0.1,
    progress: silent,
  })
  return filesOf(step)[0]
}

async function imported(at: ImportFolder, path: string, options: RunOptions): Promise<void> {
  const store = openStore(at.workspace, { create: true })
  try {
    await importFile(store, await plan(path), options)
    store.writer().finish()
  } finally {
    store.close()
  }
}

const content = (at: ImportFolder): unknown => {
  const { imports, ...rest } = at.content() as { imports: { rejectsFile?: string }[] }
  return { ...rest, imports: imports.map(({ rejectsFile: _, ...one }) => one), rejects: at.rejects('e.csv') }
}

test('a file written in a thread of its own leaves what one written in this thread leaves', async () => {
  const [here, there] = [new ImportFolder(), new ImportFolder()]
  await imported(here, here.file('e.csv', text), { ...IN_A_THREAD, threadFrom: Infinity })
  await imported(there, there.file('e.csv', text), IN_A_THREAD)
  expect(there.events()).toHaveLength(ROWS - ROWS / 50)
  expect(content(there)).toEqual(content(here))
})

test('an interrupt keeps whole transactions, and the import goes on behind them, in a thread or not', async () => {
  const whole = new ImportFolder()
  await imported(whole, whole.file('e.csv', text), IN_A_THREAD)
  for (const threadFrom of [0, Infinity]) {
    const at = new ImportFolder()
    const path = at.file('e.csv', text)
    const stop = new AbortController()
    stop.abort()
    await expect(imported(at, path, { ...IN_A_THREAD, signal: stop.signal })).rejects.toBeInstanceOf(Interrupted)
    const kept = at.events().length
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThan(ROWS / 2)
    await imported(at, path, { ...IN_A_THREAD, threadFrom })
    expect(content(at)).toEqual(content(whole))
  }
})

test('what fails in the thread is thrown here, as what it was, and nothing beyond it is written', async () => {
  const at = new ImportFolder()
  const path = at.file('e.csv', text)
  await imported(at, path, IN_A_THREAD)
  const before = at.content()
  const store = openStore(at.workspace)
  // what a process saw that looked before the other one began
  store.imports.find = () => undefined
  const failure = importFile(store, await plan(path), IN_A_THREAD)
  await expect(failure).rejects.toBeInstanceOf(UserError)
  await expect(failure).rejects.toThrow('Another process is importing e.csv into this workspace.')
  store.close()
  expect(at.content()).toEqual(before)
})
