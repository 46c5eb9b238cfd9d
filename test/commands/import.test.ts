import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silent } from '../../src/core/progress.js'
import type { ImportResult } from '../../src/events/import/import.js'
import { look } from '../store/look.js'
import { importCsv } from '../events/import/workspace.js'
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

/** Bytes committed of the last import in a workspace; 0 before its first commit. */
function committed(workspace: string): number {
  try {
    return look(workspace, (store) => store.imports.all().at(-1)?.offset ?? 0)
  } catch {
    return 0 // the database is just being made
  }
}

/** Where a link of /proc leads; undefined when it is gone by now. */
function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** Starts the import and sends a signal as soon as it has committed more than `beyond` bytes. */
async function stopImport(
  workspace: string,
  beyond: number,
  signal: 'SIGKILL' | 'SIGINT' | 'SIGTERM',
  file = bigFile(),
) {
  const { child, done } = start('import', 'csv', file, '--workspace', workspace)
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

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s keeps what was done and says how to go on: code 130',
  async (signal) => {
    const workspace = join(folder, `interrupted-${signal}`)
    const stopped = await stopImport(workspace, 0, signal)
    expect([stopped.code, stopped.stderr]).toEqual([
      130,
      expect.stringContaining('Run the same command again: it goes on where it stopped.'),
    ])
    const kept = look(workspace, (store) => store.counts().events)
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThan(ROWS - ROWS / 100)
  },
  60_000,
)

test('SIGTERM while a file is read through for its hash: nothing was imported, exit code 130', async () => {
  const workspace = join(folder, 'not-begun')
  // a hole is read as zeros: two gigabytes that take no room
  const huge = join(folder, 'huge.csv')
  writeFileSync(huge, `user_id,item_id,event_type,timestamp\n${'u,i,view,1500000000\n'.repeat(20_000)}`)
  truncateSync(huge, 2 ** 31)
  const { child, done } = start('import', 'csv', huge, '--workspace', workspace)
  // no line tells that the reading has begun: the process has the file open
  const reading = (): boolean => {
    const files = `/proc/${child.pid}/fd`
    return existsSync(files) && readdirSync(files).some((fd) => linkOf(join(files, fd)) === huge)
  }
  while (child.exitCode === null && !reading()) await new Promise((resolve) => setTimeout(resolve, 5))
  child.kill('SIGTERM')
  const { code, stderr } = await done
  expect([code, stderr]).toEqual([130, expect.stringContaining('Interrupted; nothing was imported yet.')])
  expect(existsSync(workspace)).toBe(false)
}, 60_000)

describe('a log that grows between two imports', () => {
  const HEADER = 'user_id,item_id,event_type,timestamp\n'
  const rows = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, i) => {
      const n = from + i
      return `user-${(n * 7919) % 5003},item-${(n * 31) % 20_011},checkout,${1_500_000_000 + n}\n`
    }).join('')
  const [FIRST, LAST] = [120_000, 300_000]

  test.each(['log.csv', 'log.csv.gz'])(
    '%s: killed while its new part is imported, and run again: each row once, as in an import of the whole',
    async (name) => {
      const packed = (text: string): Buffer => (name.endsWith('.gz') ? gzipSync(text) : Buffer.from(text))
      const log = join(folder, name)
      const workspace = join(folder, `grown-${name}`)
      writeFileSync(log, packed(HEADER + rows(0, FIRST)))
      expect((await adseq('import', 'csv', log, '--workspace', workspace)).code).toBe(0)
      // a gzip file grows by another one behind it
      appendFileSync(log, packed(rows(FIRST, LAST)))
      const before = committed(workspace)
      expect((await stopImport(workspace, before, 'SIGKILL', log)).signal).toBe('SIGKILL')
      const kept = look(workspace, (store) => store.counts().events)
      expect(kept).toBeGreaterThan(FIRST)
      expect(kept).toBeLessThan(LAST)
      const last = await adseq('import', 'csv', log, '--workspace', workspace, '--json')
      expect((JSON.parse(last.stdout) as ImportResult).files[0]).toMatchObject({ status: 'resumed', rows: LAST - kept })

      const whole = join(folder, `whole-${name}`)
      await importCsv(whole, [log], { progress: silent })
      const data = (place: string) => look(place, (store) => [store.dataHash(), store.counts()])
      expect(data(workspace)).toEqual(data(whole))
      const again = await adseq('import', 'csv', log, '--workspace', workspace)
      expect(again.stderr).toContain(`${name}: already imported, nothing added.`)
      expect(data(workspace)).toEqual(data(whole))
    },
    90_000,
  )

  test('killed, then grown, then imported: it goes on from what was committed', async () => {
    const log = join(folder, 'cut.csv')
    const workspace = join(folder, 'cut')
    writeFileSync(log, HEADER + rows(0, FIRST))
    expect((await stopImport(workspace, 0, 'SIGKILL', log)).signal).toBe('SIGKILL')
    appendFileSync(log, rows(FIRST, FIRST + 1000))
    const { code, stderr } = await adseq('import', 'csv', log, '--workspace', workspace)
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/cut\.csv: its first [\d,]+ lines were imported before; what follows is added\./)
    expect(look(workspace, (store) => store.counts().events)).toBe(FIRST + 1000)
  }, 60_000)
})

test('one event of a clock that was wrong is set aside, and does not become the end of the log', async () => {
  const workspace = join(folder, 'future')
  const file = join(folder, 'future.csv')
  const last = 1_710_000_000
  const times = Array.from({ length: 1500 }, (_, i) => last - i * 7200)
  const rows = [...times, 4_000_000_000].map((time, i) => `u${i % 60},i${i % 40},checkout,${time}\n`)
  writeFileSync(file, `user_id,item_id,event_type,timestamp\n${rows.join('')}`)
  const { code, stderr } = await adseq('import', 'csv', file, '--workspace', workspace)
  expect(code).toBe(0)
  expect(stderr).toContain("future.csv: 1 event later than this machine's clock, set aside as rejected")
  // an automatic cutoff goes by the last event
  const end = (place: string): number =>
    look(place, (store) => Math.max(...[...store.scanEvents()].map(([, , , , , , time]) => time)))
  expect(end(workspace)).toBe(last)
  // whoever says that it is real has it
  const kept = join(folder, 'future-kept')
  expect((await adseq('import', 'csv', file, '--workspace', kept, '--allow-future', '-q')).code).toBe(0)
  expect(end(kept)).toBe(4_000_000_000)
}, 60_000)

test('the list of formats is laid out to 80 columns, between words', async () => {
  const { stdout } = await adseq('import')
  const lines = stdout.split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  // every word of the list in --json is a word of the text
  const { formats } = JSON.parse((await adseq('import', '--json')).stdout) as { formats: { summary: string }[] }
  const words = new Set(stdout.split(/\s+/))
  for (const { summary } of formats) for (const word of summary.split(' ')) expect(words).toContain(word)
})

test('rates and counts of --json are whole numbers', async () => {
  const file = join(folder, 'three.csv')
  writeFileSync(
    file,
    'user_id,item_id,event_type,timestamp\nu,i,view,1500000000\nu,i,view,1500000001\nu,i,view,15000\n',
  )
  const { stdout } = await adseq(
    'import',
    'csv',
    file,
    '--max-rejects',
    '1',
    '--json',
    '--workspace',
    join(folder, 'json'),
  )
  const numbers: [string, number][] = []
  JSON.parse(stdout, (key, value: unknown) => {
    if (typeof value === 'number') numbers.push([key, value])
    return value
  })
  expect(numbers.filter(([, n]) => !Number.isInteger(n)).map(([key]) => key)).toEqual(['seconds'])
  expect(numbers.map(([key]) => key)).toContain('eventsPerSecond')
})

test('a file without a format: the one that it looks like is named', async () => {
  const named = async (name: string, content: string) => {
    const file = join(folder, name)
    writeFileSync(file, content)
    const { code, stderr } = await adseq('import', file)
    expect(code).toBe(2)
    return /It looks like (.*)/.exec(stderr)?.[1].replace(file, 'FILE')
  }
  expect(await named('a', '1::1193::5::978300760\n')).toBe('movielens: adseq import movielens FILE')
  expect(await named('b', '{"user":1,"item_id":2}\n')).toBe('jsonl: adseq import jsonl FILE --describe')
  expect(await named('c', 'visitor;what\n1;2\n')).toBe('csv: adseq import csv FILE --describe')
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
