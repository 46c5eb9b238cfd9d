import { describe, expect, it } from 'vitest'
import { distinctRows } from '../../src/ann/distinct.js'
import { Rng } from '../../src/core/rng.js'

const width = 3
const rowsOf = (vectors: Float32Array): number[][] =>
  Array.from({ length: vectors.length / width }, (_, e) => [...vectors.subarray(e * width, (e + 1) * width)])

describe('distinct rows', () => {
  it('are those of a map by value, in the order in which they first occur, each with all of its members', () => {
    const rng = new Rng(1)
    // few values an axis: 5 ** 3 rows at most, of 2,000
    const vectors = Float32Array.from({ length: 2000 * width }, () => rng.int(5) / 4 - 0.5)
    const members = new Map<string, number[]>()
    rowsOf(vectors).forEach((row, e) => {
      const known = members.get(row.join())
      if (known) known.push(e)
      else members.set(row.join(), [e])
    })
    const distinct = distinctRows(vectors, width)
    expect(rowsOf(distinct.vectors).map((row) => row.join())).toEqual([...members.keys()])
    const found = [...members.keys()].map((_, r) => [
      ...distinct.members.subarray(distinct.offsets[r], distinct.offsets[r + 1]),
    ])
    expect(found).toEqual([...members.values()])
    expect(distinct.offsets.at(-1)).toBe(2000)
  })

  it('are one where all are alike, and all where none are', () => {
    const alike = distinctRows(new Float32Array(500 * width).fill(0.25), width)
    expect(rowsOf(alike.vectors)).toEqual([[0.25, 0.25, 0.25]])
    expect([...alike.offsets]).toEqual([0, 500])
    expect([...alike.members]).toEqual(Array.from({ length: 500 }, (_, e) => e))
    const apart = Float32Array.from({ length: 500 * width }, (_, i) => i)
    const { vectors, offsets, members } = distinctRows(apart, width)
    expect(vectors).toEqual(apart)
    expect([...members]).toEqual(Array.from({ length: 500 }, (_, e) => e))
    expect([...offsets]).toEqual(Array.from({ length: 501 }, (_, e) => e))
  })

  it('tells rows apart that differ in one value by the last bit', () => {
    const near = Float32Array.of(1, 2, 3, 1, 2, 3 + 2 ** -22, 1, 2, 3)
    const { vectors, members } = distinctRows(near, width)
    expect(rowsOf(vectors)).toEqual([
      [1, 2, 3],
      [1, 2, 3 + 2 ** -22],
    ])
    expect([...members]).toEqual([0, 2, 1])
  })

  it('reads a part of a larger array, and refuses what is no rows of the width', () => {
    const all = Float32Array.of(9, 1, 1, 1, 1, 1, 1, 9)
    expect([...distinctRows(all.subarray(1, 7), width).offsets]).toEqual([0, 2])
    expect(() => distinctRows(all, width)).toThrow('no rows of width 3')
  })
})
