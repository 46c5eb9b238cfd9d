import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silent } from '../../src/core/progress.js'
import { importCsv, type ImportResult } from '../../src/events/import/csv.js'
import { openStore } from '../../src/store/open.js'
import type { Store } from '../../src/store/store.js'
import { adseq, root, start } from './adseq.js'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'adseq-commands-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ROWS = 300_000

/** Events of 5,000 users; every 100th row is bad. */
function bigFile(): string {
  const path = join(folder, 'big.csv')
  if (existsSync(path)) return path
  const rows = Array.from({ length: ROWS }, (_, i) =>
    i % 100 === 7
      ? `u${i},x,checkout,never`
      : `user-${(i * 7919) % 5003},item-${(i * 31) % 20011},checkout,${1_500_000_000 + i}`,
  )
  writeFileSync(path, `user_id,item_id,event_type,timestamp\n${rows.join('\n')}\n`)
  return path
}

function look<T>(workspace: string, read: (store: Store) => T): T {
  const store = openStore(workspace, { readonly: true })
  try {
    return read(store)
  } finally {
    store.close()
  }
}

/** Everything an import leaves, but for its moments. */
const content = (workspace: string): unknown =>
  look(workspace, (store) => ({
    hash: store.dataHash(),
    seqs: [...store.scanEvents()].reduce(
      (sum, [seq, user, item, , , , time]) => (sum * 31 + seq + user * 7 + item * 11 + time) % 1e9,
      0,
    ),
    items: store.externalIds('items'),
    users: store.externalIds('users'),
    imports: store.imports
      .all()
      .map(({ offset, line, rows, rejected, reasons, status }) => ({ offset, line, rows, rejected, reasons, status })),
    index: store.history(1).seq.length,
  }))

/** Bytes committed of the one import in a workspace; 0 before its first commit. */
function committed(workspace: string): number {
  try {
    return look(workspace, (store) => store.imports.all()[0]?.offset ?? 0)
  } catch {
    return 0 // the database is just being made
  }
}

/** Starts the import and sends a signal as soon as it has committed more than `beyond` bytes. */
async function stopImport(workspace: string, beyond: number, signal: 'SIGKILL' | 'SIGINT') {
  const { child, done } = start('import', 'csv', bigFile(), '--workspace', workspace)
  let ended = false
  void done.then(() => (ended = true))
  while (!ended && committed(workspace) <= beyond) await new Promise((resolve) => setTimeout(resolve, 10))
  child.kill(signal)
  return done
}

test('killed in the middle, twice, and run again: the same as an import that was never killed', async () => {
  const killed = join(folder, 'killed')
  expect((await stopImport(killed, 0, 'SIGKILL')).signal).toBe('SIGKILL')
  const first = committed(killed)
  expect(look(killed, (store) => store.imports.all()[0].status)).toBe('running')
  expect((await stopImport(killed, first, 'SIGKILL')).signal).toBe('SIGKILL')
  expect(committed(killed)).toBeGreaterThan(first)
  const last = await adseq('import', 'csv', bigFile(), '--workspace', killed, '--json')
  expect(last.code, last.stderr).toBe(0)
  expect((JSON.parse(last.stdout) as ImportResult).files[0].status).toBe('resumed')

  const whole = join(folder, 'whole')
  const run = await adseq('import', 'csv', bigFile(), '--workspace', whole)
  expect(run.code, run.stderr).toBe(0)
  expect(content(killed)).toEqual(content(whole))
  const rejects = (workspace: string): string => readFileSync(join(workspace, 'rejects', 'big.csv.jsonl'), 'utf8')
  expect(rejects(killed)).toBe(rejects(whole))
  expect(look(whole, (store) => store.counts().events)).toBe(ROWS - ROWS / 100)

  // in a pipe: plain lines, the result on stdout, progress on stderr
  // eslint-disable-next-line no-control-regex
  expect(run.stdout + run.stderr).not.toMatch(/\u001B/)
  expect(run.stdout).toContain('297,000 events, 5,003 users, 20,011 items, 0 advertisers')
  expect(run.stderr).toContain('3,000 rejected')
}, 90_000)

test('Ctrl-C keeps what was done and says how to go on, exit code 130', async () => {
  const workspace = join(folder, 'interrupted')
  const stopped = await stopImport(workspace, 0, 'SIGINT')
  expect([stopped.code, stopped.stderr]).toEqual([
    130,
    expect.stringContaining('Run the same command again: it goes on where it stopped.'),
  ])
  const kept = look(workspace, (store) => store.counts().events)
  expect(kept).toBeGreaterThan(0)
  expect(kept).toBeLessThan(ROWS - ROWS / 100)
}, 60_000)

test('mistakes: exit code 2, one sentence, what to do; with --json one object on stdout', async () => {
  const empty = join(folder, 'empty.csv')
  writeFileSync(empty, '')
  const [plain, json, flag] = await Promise.all([
    adseq('import', 'csv', empty, '--workspace', join(folder, 'none')),
    adseq('import', 'csv', join(folder, 'absent.csv'), '--workspace', join(folder, 'none'), '--json'),
    adseq('import', 'csv', bigFile(), '--map', 'user_id', '--workspace', join(folder, 'none')),
  ])
  expect([plain.code, json.code, flag.code]).toEqual([2, 2, 2])
  expect(plain.stderr).toBe(
    `Error: ${empty} is empty.\nTry:   Give a file with data in it; a CSV file begins with a header line.\n`,
  )
  expect(plain.stdout).toBe('')
  expect(JSON.parse(json.stdout)).toEqual({
    error: {
      message: `There is no file ${join(folder, 'absent.csv')}.`,
      hint: 'Check the name; files are looked up from the current folder.',
      exitCode: 2,
      meaning: 'a mistake that the user can mend',
    },
  })
  expect(flag.stderr).toContain('--map user_id is not a pair.')
  expect(existsSync(join(folder, 'none'))).toBe(false)
})

test('mapping by flags and by adseq.yaml; flags win', async () => {
  const workspace = join(folder, 'mapped')
  const file = join(folder, 'log.csv')
  writeFileSync(file, 'who,what,did,ts\nann,tea,buy,1500000000\nann,tea,pv,1500000001\n')
  expect((await adseq('init', '--template', 'small', '--workspace', workspace)).code).toBe(0)
  const again = await adseq('init', '--workspace', workspace)
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('adseq.yaml exists already')])
  expect(readFileSync(join(workspace, 'adseq.yaml'), 'utf8')).toBe(
    readFileSync(join(root, 'templates', 'small.yaml'), 'utf8'),
  )
  writeFileSync(
    join(workspace, 'adseq.yaml'),
    'import:\n  csv:\n    columns: { user_id: who, item_id: what, timestamp: ts }\n    eventTypes: { buy: view, ' +
      'pv: view }\n',
  )
  const run = await adseq(
    'import',
    'csv',
    file,
    '--workspace',
    workspace,
    '--map',
    'event_type=did',
    '--event-type',
    'buy=checkout',
    '--json',
  )
  expect(run.code, run.stdout).toBe(0)
  expect(look(workspace, (store) => [...store.scanEvents()].map(([, , , , type]) => type))).toEqual([2, 0])
  expect((JSON.parse(run.stdout) as ImportResult).counts).toEqual({ users: 1, items: 1, advertisers: 0, events: 2 })
}, 60_000)

test('the sample data imports whole, twice as once', async () => {
  const workspace = join(folder, 'sample')
  const files = ['events', 'items', 'users'].map((name) => join(root, 'sample-data', `${name}.csv.gz`))
  for (const status of ['imported', 'already imported']) {
    const result = await importCsv(workspace, files, { progress: silent })
    expect(result.counts).toEqual({ users: 795, items: 43_024, advertisers: 3935, events: 476_552 })
    expect(result.files.map((file) => [file.status, file.rejected])).toEqual([
      [status, 0],
      [status, 0],
      [status, 0],
    ])
  }
}, 60_000)
