import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ExactIndex, measureRecall } from '../../src/ann/ann-index.js'
import { HnswIndex, type IndexFile } from '../../src/ann/hnsw.js'
import { UserError } from '../../src/core/errors.js'
import { Rng } from '../../src/core/rng.js'

const width = 16
const options = { connectivity: 16, expansionAdd: 128, expansionSearch: 64 }

function unitVectors(n: number, seed: number): Float32Array {
  const rng = new Rng(seed)
  const out = new Float32Array(n * width)
  for (let r = 0; r < n; r++) {
    const v = Array.from({ length: width }, () => rng.normal())
    const norm = Math.hypot(...v)
    v.forEach((x, i) => (out[r * width + i] = x / norm))
  }
  return out
}

describe('hnsw', () => {
  const vectors = unitVectors(3000, 1)
  const queries = unitVectors(50, 2)
  const folder = mkdtempSync(join(tmpdir(), 'adseq-hnsw-'))
  const path = join(folder, 'items.usearch')
  let index: HnswIndex
  let saved: IndexFile

  beforeAll(async () => {
    index = await HnswIndex.build(vectors, width, options)
    saved = await index.save(path)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('finds nearly what exact search finds, and says which of the two it is', async () => {
    const exact = await ExactIndex.plain(vectors, width)
    expect(await measureRecall(index, exact, queries, 10)).toBeGreaterThan(0.95)
    expect(await measureRecall(exact, exact, queries, 10)).toBe(1)
    expect([index.isExact(), exact.isExact()]).toEqual([false, true])
  })

  it('returns dot products, best first', async () => {
    const { entries, scores } = await index.search(queries, 5)
    for (let q = 0; q < 50; q++) {
      for (let i = 0; i < 5; i++) {
        const e = entries[q * 5 + i]
        let dot = 0
        for (let j = 0; j < width; j++) dot += queries[q * width + j] * vectors[e * width + j]
        expect(scores[q * 5 + i]).toBeCloseTo(dot, 5)
        if (i > 0) expect(scores[q * 5 + i]).toBeLessThanOrEqual(scores[q * 5 + i - 1])
      }
    }
  })

  it.each(['f16', 'i8'] as const)('keeps vectors as %s in less room, and finds nearly the same', async (scalar) => {
    const smaller = await HnswIndex.build(vectors, width, { ...options, scalar })
    const file = join(folder, scalar)
    const about = await smaller.save(file)
    expect(about.scalar).toBe(scalar)
    // 32 bits a number against 16 or 8; links take the same
    expect(saved.bytes - about.bytes).toBeGreaterThan(3000 * width * (scalar === 'f16' ? 2 : 3) * 0.9)
    const loaded = await HnswIndex.load(file, about, options.expansionSearch)
    expect(await loaded.search(queries, 10)).toEqual(await smaller.search(queries, 10))
    expect(await measureRecall(loaded, await ExactIndex.plain(vectors, width), queries, 10)).toBeGreaterThan(0.93)
    rmSync(file)
  })

  it('gives the same answers after a save and a load', async () => {
    const loaded = await HnswIndex.load(path, saved, options.expansionSearch)
    expect(await loaded.search(queries, 10)).toEqual(await index.search(queries, 10))
    expect(readdirSync(folder)).toEqual(['items.usearch'])
  })

  it('is reproducible: the same vectors give the same file', async () => {
    const again = join(folder, 'again.usearch')
    expect((await (await HnswIndex.build(vectors, width, options)).save(again)).sha256).toBe(saved.sha256)
    rmSync(again)
  })

  it('respects counts: asked for more than it holds, it returns what it holds', async () => {
    const small = await HnswIndex.build(vectors.subarray(0, 3 * width), width, options)
    for (const n of [1, 2]) {
      const found = await small.search(queries.subarray(0, n * width), 5)
      expect([...found.counts]).toEqual(Array(n).fill(3))
      for (let q = 0; q < n; q++) {
        expect([...found.entries.subarray(q * 5, q * 5 + 3)].sort()).toEqual([0, 1, 2])
        expect([...found.entries.subarray(q * 5 + 3, q * 5 + 5)]).toEqual([-1, -1])
      }
    }
  })

  it('refuses a truncated, changed, foreign or missing file before usearch opens it', async () => {
    const refused = async (name: string, damage: (file: string) => void): Promise<void> => {
      const file = join(folder, name)
      copyFileSync(path, file)
      damage(file)
      await expect(HnswIndex.load(file, saved, 64)).rejects.toThrow(UserError)
      rmSync(file, { force: true })
    }
    await refused('short', (file) => truncateSync(file, 1000))
    await refused('flipped', (file) => {
      const bytes = readFileSync(file)
      bytes[5000] ^= 1
      writeFileSync(file, bytes)
    })
    await refused('foreign', (file) => writeFileSync(file, Buffer.alloc(saved.bytes, 'not an index')))
    await refused('missing', (file) => rmSync(file))
  })

  it('refuses an index whose manifest speaks of another width or number of vectors', async () => {
    await expect(HnswIndex.load(path, { ...saved, width: 8 }, 64)).rejects.toThrow('its manifest says 3000 of 8')
    await expect(HnswIndex.load(path, { ...saved, entries: 2999 }, 64)).rejects.toThrow(UserError)
  })

  it('refuses vectors and queries that are not finite', async () => {
    await expect(HnswIndex.build(Float32Array.of(1, NaN), 2, options)).rejects.toThrow('finite')
    await expect(index.search(new Float32Array(width).fill(NaN), 1)).rejects.toThrow('finite')
    await expect(HnswIndex.build(new Float32Array(0), 2, options)).rejects.toThrow('at least one vector')
  })
})
