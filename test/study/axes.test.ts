import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { gridSize, readAxes, readAxis, valueAt } from '../../src/study/axes.js'
import { PRESETS } from '../../src/study/presets.js'
import { sweepRequest } from '../../src/study/request.js'

describe('what a sweep varies', () => {
  it('reads lists, ranges and logarithmic ranges', () => {
    expect(readAxis('train.logq.negative=0,0.5,1')).toEqual({ key: 'train.logq.negative', values: [0, 0.5, 1] })
    expect(readAxis('train.objective=all-action,next-action')).toEqual({
      key: 'train.objective',
      values: ['all-action', 'next-action'],
    })
    expect(readAxis('item.model.itemIds=true,false')).toEqual({ key: 'model.itemIds', values: [true, false] })
    expect(readAxis('train.temperature=0.05..0.2')).toEqual({
      key: 'train.temperature',
      low: 0.05,
      high: 0.2,
      log: false,
    })
    expect(readAxis('train.learningRate=1e-4..1e-2/log')).toEqual({
      key: 'train.learningRate',
      low: 1e-4,
      high: 1e-2,
      log: true,
    })
  })

  it.each([
    'train.steps',
    'train.steps=',
    'eval.seed=1,2',
    'train.logq.negative=1,1',
    'train.temperature=2..1',
    'train.temperature=0..1/log',
    'train.refit=true,false',
    'train.labelWeights={a: 1}',
  ])('refuses %s with what to write', (text) => {
    expect(() => readAxis(text)).toThrow(UserError)
  })

  it('refuses a key that is named twice', () => {
    expect(() => readAxes(['train.steps=1,2', 'item.train.steps=3'])).toThrow('train.steps is varied twice')
  })

  it('finds the value at a place: of a list by its share, of a range by its length or that of its logarithm', () => {
    const list = readAxis('model.length=8,16,32,64')
    expect([0, 0.24, 0.25, 0.99].map((u) => valueAt(list, u))).toEqual([8, 8, 16, 64])
    expect(valueAt(readAxis('train.temperature=0.1..0.3'), 0.5)).toBe(0.2)
    // the middle of a logarithmic range is the geometric mean of its ends
    expect(valueAt(readAxis('train.uniformNegatives=64..1024/log'), 0.5, true)).toBe(256)
    expect(gridSize(readAxes(['model.length=8,16', 'train.seed=1,2,3']))).toBe(6)
    expect(gridSize(readAxes(['model.length=8,16', 'train.temperature=0.1..0.2']))).toBeUndefined()
  })

  it('every preset can be read; without flags the log-Q weights are varied, and --over replaces that', () => {
    for (const { over } of Object.values(PRESETS)) expect(readAxes(over).length).toBe(over.length)
    const flags = { over: [], jobs: 1, seed: 1 }
    expect(sweepRequest('item', flags).axes.map(({ key }) => key)).toEqual([
      'train.logq.positive',
      'train.logq.negative',
    ])
    expect(sweepRequest('item', { ...flags, over: ['train.steps=1,2'] }).axes.map(({ key }) => key)).toEqual([
      'train.steps',
    ])
    expect(sweepRequest('item', { ...flags, minutes: '90s' }).seconds).toBe(90)
    expect(() => sweepRequest('advertiser', { ...flags, preset: 'negatives' })).toThrow('is for the item model')
    expect(() => sweepRequest('item', { ...flags, name: '../out' })).toThrow('no name for a study')
  })
})
