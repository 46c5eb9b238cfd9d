import { execa } from 'execa'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { commandLine, runAdseq } from './run-adseq.js'
import { cutSample } from './sample.js'

const folder = mkdtempSync(join(tmpdir(), 'adseq-e2e-'))
const workspace = join(folder, 'workspace')
let files: string[]
let households: number
let item: string
let user: string

/** Runs a command with --json; its stdout must be one object and nothing else, and stderr empty. */
async function json<T = Record<string, unknown>>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await runAdseq([
    ...(args.includes('--workspace') ? args : [...args, '--workspace', workspace]),
    '--json',
  ])
  expect({ code, stderr }, `${args.join(' ')}\n${stdout}`).toEqual({ code: 0, stderr: '' })
  const result: unknown = JSON.parse(stdout)
  expect(result).toBeTypeOf('object')
  return result as T
}

const counts = (): { events: number; users: number } => {
  const store = openStore(workspace, { readonly: true })
  try {
    return store.counts()
  } finally {
    store.close()
  }
}

beforeAll(() => {
  files = cutSample(workspace)
  const events = readFileSync(files[0], 'utf8').trimEnd().split('\n')
  ;[user, item] = events[1].split(',')
  households = new Set(events.slice(1).map((row) => row.split(',')[0])).size
  // one line of a receipt twice: two things were bought
  appendFileSync(files[0], `${events.at(-1)}\n${events.at(-1)}\n`)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a cut of the sample data, from files to results, by the commands themselves', () => {
  it('init and import print one object; a file imported twice adds no row, equal rows stay', async () => {
    const lines = readFileSync(files[0], 'utf8').trimEnd().split('\n').length - 1
    await json('init', '--workspace', join(folder, 'new'))
    const first = await json<{ counts: { events: number; users: number } }>('import', 'csv', ...files)
    expect(first.counts).toMatchObject({ events: lines, users: households })
    const again = await json<{ counts: unknown; files: { status: string }[] }>('import', 'csv', ...files)
    expect(again.counts).toEqual(first.counts)
    expect(again.files.map(({ status }) => status)).toEqual(Array(3).fill('already imported'))
    expect(counts().events).toBe(lines)
  })

  it('train in a pipe has no escape code, also where colour is asked for', async () => {
    const { command, args } = commandLine(['train', 'item', '--workspace', workspace])
    const { stdout, exitCode } = await execa('sh', ['-c', '"$@" 2>&1 | cat', 'sh', command, ...args], {
      env: { FORCE_COLOR: '1', COLORTERM: 'truecolor', TERM: 'xterm-256color' },
      reject: false,
    })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/refitting up to the cutoff/)
    expect(stdout).toMatch(/^item-\S+: \d+ steps in .* validation recall@10 \d\.\d+/m)
    expect(stdout).not.toContain('\u001B')
  })

  it('train, infer, index and generations print one object', async () => {
    expect(await json('train', 'advertiser')).toMatchObject({
      kind: 'advertiser',
      weightsHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(await json('infer')).toMatchObject({ encoded: households, missing: [] })
    const { generation } = await json('index')
    expect(await json('generations')).toMatchObject({ current: generation })
  })

  it('eval prints the rows of its protocol, item and advertiser', async () => {
    interface Evaluation {
      protocol: { windowDays: number; hash: string }
      rows: { name: string; kind: string; level: string; recall: Record<string, number> }[]
    }
    for (const kind of ['item', 'advertiser']) {
      const { protocol, rows } = await json<Evaluation>('eval', kind, '--samples', '1')
      expect(protocol.windowDays).toBe(30)
      expect(new Set(rows.filter(({ level }) => level === kind).map((row) => row.kind))).toEqual(
        new Set(['model', 'hybrid', 'baseline']),
      )
      for (const { name, recall } of rows)
        expect(recall['10'], name).toSatisfy((x: number) => x >= 0 && x <= recall['100'])
    }
  })

  it('inspect, try and doctor print one object', async () => {
    const seller = readFileSync(files[1], 'utf8').split('\n')[1].split(',')[1]
    const [view] = await Promise.all([
      json('inspect', 'user', user),
      json('inspect', 'item', item),
      json('inspect', 'advertiser', seller),
    ])
    expect(view).toMatchObject({ items: expect.arrayContaining([expect.anything()]) })
    const [, health] = await Promise.all([json('try', `checkout:${item},checkout:${item}`), json('doctor')])
    expect(health).toMatchObject({ healthy: true })
  })
})
