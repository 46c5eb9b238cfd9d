import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { readSafetensors } from '../../src/core/safetensors.js'
import { EVENT_TYPES } from '../../src/features/snapshot.js'
import { exportWorkspace, type ExportManifest } from '../../src/scale/export.js'
import type { ExportedFile } from '../../src/scale/export-folder.js'
import { inWorkspace } from '../../src/workspace/workspace.js'
import { runAdseq } from '../e2e/run-adseq.js'
import { START, tinyConfig } from '../fixtures/trained-workspace.js'
import { publishedOnce } from '../server/published.js'

const { copy } = publishedOnce()

type Row = Record<string, number | string | number[] | null>
type Exported = ExportManifest & { files: ExportedFile[] }

async function exported(
  workspace: string,
  options: { runs?: string[]; events?: boolean } = {},
): Promise<{ folder: string; manifest: Exported }> {
  const folder = join(workspace, 'out')
  const manifest = await inWorkspace(workspace, { config: tinyConfig() }, (opened) =>
    exportWorkspace(opened, { folder, ...options }),
  )
  return { folder, manifest }
}

async function table(folder: string, path: string): Promise<Row[]> {
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(join(folder, path)) })
  const plain = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value)
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, plain(value)])) as Row)
}

/** Runs a tower on rows that have a value, or a list, for each of its inputs. */
async function run(folder: string, path: string, rows: Row[]): Promise<number[][]> {
  const session = await InferenceSession.create(join(folder, path))
  const feeds: Record<string, Tensor> = {}
  for (const input of session.inputMetadata) {
    if (!input.isTensor) throw new Error(input.name)
    const values = rows.flatMap((row) => row[input.name] as number | number[])
    const data = input.type === 'int32' ? Int32Array.from(values) : Float32Array.from(values)
    feeds[input.name] = new Tensor(input.type as 'int32', data as Int32Array, [
      rows.length,
      ...input.shape.slice(1).map(Number),
    ])
  }
  const { vectors } = await session.run(feeds)
  const [, width] = vectors.dims
  return rows.map((_, r) => Array.from((vectors.data as Float32Array).subarray(r * width, (r + 1) * width)))
}

/** The inputs of a user tower as docs/export.md says. */
function history(events: Row[], asOf: number, items: Row[], length: number): Row {
  const last = (values: number[]): number[] => {
    const kept = values.slice(-length)
    return [...Array<number>(length - kept.length).fill(0), ...kept]
  }
  const column = (name: string): number[] => events.map((event) => event[name] as number)
  const times = column('time')
  const row: Row = {
    ...Object.fromEntries(['item', 'advertiser', 'type', 'domain'].map((name) => [name, last(column(name))])),
    age: last(times.map((time) => (asOf - time) / 86_400)),
    gap: last(times.map((time, i) => (i === 0 ? 0 : (time - times[i - 1]) / 86_400))),
  }
  const met = {
    item: [192, column('item')],
    category: [128, column('item').flatMap((item) => items[item - 1].categories as number[])],
    advertiser: [48, column('advertiser')],
  } as const
  for (const [name, [size, rows]] of Object.entries(met)) {
    const counts = new Map<number, number>()
    for (const one of rows) if (one > 0) counts.set(one, (counts.get(one) ?? 0) + 1)
    const top = [...counts].sort((a, b) => b[1] - a[1]).slice(0, size)
    const padded = (values: number[]): number[] => [...values, ...Array<number>(size - values.length).fill(0)]
    row[`met_${name}`] = padded(top.map(([one]) => one))
    row[`met_${name}_times`] = padded(top.map(([, times]) => times))
  }
  return row
}

function largestDifference(found: number[][], expected: Row[]): number {
  expect(found.length).toBe(expected.length)
  return Math.max(...found.flatMap((row, r) => row.map((x, i) => Math.abs(x - (expected[r].vector as number[])[i]))))
}

describe('adseq export', () => {
  it('gives the vectors of adseq in onnxruntime, from the files alone', async () => {
    const { folder, manifest } = await exported(copy())
    const items = await table(folder, 'tables/items.parquet')
    const advertisers = await table(folder, 'tables/advertisers.parquet')
    const events = await table(folder, 'tables/events.parquet')
    expect([items.length, advertisers.length]).toEqual([40, 5])
    const item = await run(folder, 'towers/item.onnx', items)
    expect(largestDifference(item, await table(folder, 'vectors/items.parquet'))).toBeLessThan(1e-5)
    const advertiser = await run(folder, 'towers/advertiser.onnx', advertisers)
    expect(largestDifference(advertiser, await table(folder, 'vectors/advertisers.parquet'))).toBeLessThan(1e-5)
    for (const [kind, tower, vectors] of [
      ['item', 'towers/user.onnx', 'vectors/users.parquet'],
      ['advertiser', 'towers/advertiser-user.onnx', 'vectors/advertiser-users.parquet'],
    ] as const) {
      const users = await table(folder, vectors)
      expect(users.length).toBe(40)
      const { length } = manifest.runs[kind]!
      const rows = users.map(({ user, as_of }) =>
        history(
          events.filter((event) => event.user === user),
          as_of as number,
          items,
          length,
        ),
      )
      expect(largestDifference(await run(folder, tower, rows), users)).toBeLessThan(1e-5)
      // not because all are alike
      expect(largestDifference(await run(folder, tower, rows.slice(1).concat(rows[0])), users)).toBeGreaterThan(1e-2)
    }
  })

  it('says what is in the folder: names, weights, and the checksum of every file', async () => {
    const workspace = copy()
    const { folder, manifest } = await exported(workspace)
    const { files, ...rest } = manifest
    expect(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))).toEqual({ ...rest, files })
    const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.map(({ path }) => path).sort()).toEqual(
      found
        .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
        .filter((path) => path !== 'manifest.json')
        .sort(),
    )
    for (const { path, bytes, sha256 } of files) {
      const content = readFileSync(join(folder, path))
      expect([path, content.length]).toEqual([path, bytes])
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256)
    }
    expect(rest.codes.types).toEqual(Object.fromEntries(EVENT_TYPES.map((type, code) => [type, code + 1])))
    expect(rest.generation).toMatch(/^generation-/)
    const { arrays, metadata } = readSafetensors(join(folder, 'parameters/item.safetensors'))
    expect(metadata.run).toBe(rest.runs.item!.id)
    expect(arrays['items.vectors'].shape).toEqual([41, 8])
    expect(arrays.temperature.shape).toEqual([1])
    const [first] = await table(folder, 'tables/events.parquet')
    expect(first).toMatchObject({ user: 1, type: 3, domain: 1 })
    expect(first.time).toBeGreaterThanOrEqual(START)
  })

  it('lists as candidates what the formula of the docs gives', async () => {
    const { folder, manifest } = await exported(copy())
    const weights = manifest.runs.advertiser!.weights!
    const [events, advertisers, vectors, users, candidates] = await Promise.all(
      [
        'tables/events.parquet',
        'tables/advertisers.parquet',
        'vectors/advertisers.parquet',
        'vectors/advertiser-users.parquet',
        'vectors/candidates.parquet',
      ].map((path) => table(folder, path)),
    )
    expect(candidates.length).toBe(40)
    for (const [u, list] of candidates.entries()) {
      const { vector, as_of, user } = users[u] as { vector: number[]; as_of: number; user: number }
      const score = (row: number): number => {
        const own = events.filter((event) => event.user === user && event.advertiser === row)
        const recent = own.reduce((sum, { time }) => sum + 2 ** ((Number(time) - as_of) / 86_400 / 30), 0)
        const cosine = vector.reduce((sum, x, i) => sum + x * (vectors[row - 1].vector as number[])[i], 0)
        return (
          cosine +
          weights.popularity * Number(advertisers[row - 1].log_popularity) +
          weights.own * Math.log1p(own.length) +
          (weights.recent ?? 0) * Math.log1p(recent)
        )
      }
      const found = list.advertisers as number[]
      expect(found.length).toBe(advertisers.filter(({ listed }) => listed === 1).length)
      found.forEach((row, i) => expect(Math.abs(score(row) - (list.scores as number[])[i])).toBeLessThan(1e-5))
    }
  })

  it('of a named run, without events', async () => {
    const workspace = copy()
    const [id] = readdirSync(join(workspace, 'runs')).filter((name) => name.startsWith('advertiser-'))
    const { folder, manifest } = await exported(workspace, { runs: [id], events: false })
    expect(manifest.generation).toBeNull()
    expect(Object.keys(manifest.runs)).toEqual(['advertiser'])
    expect(readdirSync(join(folder, 'towers'))).toEqual(['advertiser-user.onnx', 'advertiser.onnx'])
    expect(existsSync(join(folder, 'tables/events.parquet'))).toBe(false)
    const advertiser = await run(folder, 'towers/advertiser.onnx', await table(folder, 'tables/advertisers.parquet'))
    expect(largestDifference(advertiser, await table(folder, 'vectors/advertisers.parquet'))).toBeLessThan(1e-5)
  })

  it('refuses a folder that is in use, and a run that is not there', async () => {
    const workspace = copy()
    mkdirSync(join(workspace, 'out'))
    writeFileSync(join(workspace, 'out', 'mine.txt'), 'mine')
    await expect(exported(workspace)).rejects.toMatchObject({ hint: expect.stringMatching(/--to/) })
    expect(readdirSync(join(workspace, 'out'))).toEqual(['mine.txt'])
    await expect(
      inWorkspace(workspace, { config: tinyConfig() }, (opened) =>
        exportWorkspace(opened, { folder: join(workspace, 'other'), runs: ['item-nowhere'] }),
      ),
    ).rejects.toThrow(/no run item-nowhere/)
    expect(existsSync(join(workspace, 'other'))).toBe(false)
  })

  it('killed before the folder has its name, leaves none; the next export sweeps what it left', async () => {
    const workspace = copy()
    const to = join(workspace, 'exports', 'shop')
    const args = ['export', '--to', to, '--workspace', workspace, '--no-events', '--json']
    expect((await runAdseq(args, { ADSEQ_FAULT: 'name export' })).code).toBeUndefined()
    expect(existsSync(to)).toBe(false)
    expect(readdirSync(join(workspace, 'exports')).length).toBe(1)
    const { code, stdout } = await runAdseq(args)
    expect(code).toBe(0)
    const { files } = JSON.parse(stdout) as Exported
    expect(files.map(({ path }) => path)).toContain('towers/item.onnx')
    expect(files.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256))).toBe(true)
    expect(readdirSync(join(workspace, 'exports'))).toEqual(['shop'])
  })
})

describe('an export of a model with context', () => {
  const contextual = publishedOnce('model.context=true')

  it('has its layers in a file: without a context a stored vector stays, with one it is that of adseq', async () => {
    const workspace = contextual.copy()
    const { folder, manifest } = await exported(workspace)
    const { id, towers } = manifest.runs.item!
    expect(towers.context!.file).toBe('towers/context.onnx')
    const [item] = await table(folder, 'tables/items.parquet')
    const [user] = await table(folder, 'vectors/users.parquet')
    const zeros = (n: number): number[] => Array<number>(n).fill(0)
    const { category_rows, price_bucket } = item
    const none: Row = { user_vector: user.vector, present: 0, category_rows: zeros(3), title_rows: zeros(8) }
    const rest: Row = { vector: zeros(8), price_bucket: 0, hour: 0, weekday: 0 }
    // 2020-09-13, a Sunday, between 13 and 14 h
    const time = Date.parse('2020-09-13T13:30:00Z') / 1000
    const some: Row = { ...none, ...rest, present: 1, category_rows, price_bucket, hour: 14, weekday: 7 }
    const [kept, moved] = await run(folder, towers.context!.file, [{ ...none, ...rest }, some])
    expect(kept).toEqual(user.vector)
    const wanted = await inWorkspace(workspace, { config: tinyConfig() }, async (opened) => {
      const { snapshot } = opened
      const { encoder } = await opened.run(id, 'item')
      const context = { categories: [snapshot.itemCategory[0]], price: snapshot.itemPrice[0], time }
      return encoder.inContext(Float32Array.from(user.vector as number[]), [context])
    })
    expect(wanted.length).toBe(moved.length)
    moved.forEach((x, i) => expect(Math.abs(x - wanted[i])).toBeLessThan(1e-5))
  })
})
