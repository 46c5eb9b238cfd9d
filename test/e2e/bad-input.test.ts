import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { openDatabase } from '../../src/store/sqlite.js'
import { runAdseq } from './run-adseq.js'
import { SMALL } from './sample.js'

const DAY = 86_400
const folder = mkdtempSync(join(tmpdir(), 'adseq-e2e-'))
const workspace = join(folder, 'workspace')
const HEADER = 'user_id,item_id,event_type,timestamp'

function file(name: string, ...lines: string[]): string {
  const path = join(folder, name)
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
  return path
}

/** Runs a command that must fail as a mistake does: one sentence, what to do, exit code 2, no result, no stack. */
async function mistake(...args: string[]): Promise<{ message: string; hint: string }> {
  const { code, stdout, stderr } = await runAdseq([
    ...(args.includes('--workspace') ? args : [...args, '--workspace', workspace]),
    '-q',
  ])
  expect({ code, stdout }, `${args.join(' ')}\n${stderr}`).toEqual({ code: 2, stdout: '' })
  const said = /^Error: (?<message>[^\n]+)\nTry: {3}(?<hint>[^\n]+)$/.exec(stderr)
  expect(said, stderr).not.toBeNull()
  return said!.groups as { message: string; hint: string }
}

/** Everything that is in the store. */
function content(): unknown {
  const store = openStore(workspace, { readonly: true })
  try {
    return { hash: store.dataHash(), counts: store.counts(), imports: store.imports.all() }
  } finally {
    store.close()
  }
}

/** Users who view something every third day for 120 days, and buy it on each of the first `bought` days. */
function events(bought: number): string[] {
  return Array.from({ length: 20 }, (_, user) =>
    Array.from(
      { length: 40 },
      (_, k) =>
        `u${user},i${(user + k) % 30},${3 * k < bought ? 'checkout' : 'view'},${1_600_000_000 + 3 * k * DAY + user}`,
    ),
  ).flat()
}

beforeAll(async () => {
  expect(
    (await runAdseq(['import', 'csv', file('good.csv', HEADER, ...events(120)), '--workspace', workspace, '-q'])).code,
  ).toBe(0)
  writeFileSync(join(workspace, 'adseq.yaml'), SMALL.replace('uniformNegatives: 64', 'uniformNegatives: 16'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('bad input is one sentence that says what to do, with exit code 2, and nothing is lost', () => {
  it('an empty file and wrong columns', async () => {
    const before = content()
    expect(await mistake('import', 'csv', file('empty.csv'))).toMatchObject({
      message: expect.stringContaining('is empty'),
    })
    expect(await mistake('import', 'csv', file('wrong.csv', 'name,street', 'ann,high road'))).toMatchObject({
      message: expect.stringContaining('has no column user_id'),
      hint: expect.stringContaining('--map user_id='),
    })
    expect(content()).toEqual(before)
  })

  it('an unknown user, an unknown item', async () => {
    expect(await mistake('inspect', 'user', 'nobody')).toMatchObject({
      message: expect.stringContaining('There is no user nobody'),
    })
    expect(await mistake('inspect', 'item', 'nothing')).toMatchObject({
      message: expect.stringContaining('There is no item nothing'),
    })
  })

  it('no conversion in the window: to train on, to validate on, to evaluate', async () => {
    const views = join(folder, 'views')
    expect(
      (await runAdseq(['import', 'csv', file('views.csv', HEADER, ...events(0)), '--workspace', views, '-q'])).code,
    ).toBe(0)
    expect(await mistake('train', 'item', '--workspace', views)).toMatchObject({
      message: expect.stringMatching(/conversion/),
      hint: expect.stringContaining('checkout, add_to_cart or signup'),
    })
    expect(await mistake('eval', '--workspace', views)).toMatchObject({
      message: expect.stringMatching(/converts in the 30 days after/),
      hint: expect.stringContaining('eval.cutoff'),
    })
  })

  it('a pool smaller than the number of negatives', async () => {
    const set = ['--set', 'train.uniformNegatives=20', '--set', 'train.negativePool=5']
    expect(await mistake('train', 'item', ...set)).toMatchObject({
      message: expect.stringMatching(/negativePool is 5, smaller than the 20 uniform negatives/),
      hint: expect.stringContaining('train.negativePool'),
    })
  })

  it('a workspace of a newer version is refused and left as it is', async () => {
    const newer = join(folder, 'newer')
    cpSync(workspace, newer, { recursive: true })
    const db = openDatabase(join(newer, 'adseq.db'))
    db.exec("UPDATE meta SET value = '99' WHERE key = 'schema'")
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.close()
    const before = readFileSync(join(newer, 'adseq.db'))
    const commands = [
      ['import', 'csv', file('more.csv', HEADER, 'u1,i1,view,1600000000')],
      ['train', 'item'],
      ['infer'],
      ['inspect', 'user', 'u1'],
    ]
    const refusals = await Promise.all(commands.map((command) => mistake(...command, '--workspace', newer)))
    for (const refusal of refusals)
      expect(refusal).toMatchObject({
        message: expect.stringContaining('newer adseq'),
        hint: expect.stringContaining('Update adseq'),
      })
    expect(readFileSync(join(newer, 'adseq.db')).equals(before)).toBe(true)
  })
})
