import { describe, expect, it } from 'vitest'
import {
  decayMask,
  flattenParameters,
  initialParameters,
  nameParameters,
  parameterCount,
  parameterSpecs,
} from '../../src/model/parameters.js'
import { dropoutFeeds, dropoutPatterns } from '../../src/model/state.js'
import { tinyShape } from './tiny.js'

describe('parameters', () => {
  const specs = parameterSpecs(tinyShape())
  const flat = initialParameters(specs, 1)

  it('fill the flat vector without gaps, the log temperature last', () => {
    let offset = 0
    for (const spec of specs) {
      expect(spec.offset).toBe(offset)
      expect(spec.size).toBe(spec.shape.reduce((a, b) => a * b, 1))
      offset += spec.size
    }
    expect(parameterCount(specs)).toBe(offset)
    expect(specs.at(-1)!.name).toBe('temperature')
    expect(Math.exp(flat.at(-1)!)).toBeCloseTo(0.1, 6)
    expect(new Set(specs.map(({ name }) => name)).size).toBe(specs.length)
  })

  it('are as many as the layers have', () => {
    // width 8, feed-forward 12: q, k, v, output, two norms, two dense layers
    const layer = 8 * 24 + 24 + (8 * 8 + 8) + 2 * 16 + (8 * 12 + 12) + (12 * 8 + 8)
    const one = parameterCount(parameterSpecs(tinyShape({ layers: 1 })))
    expect(parameterCount(specs) - one).toBe(layer)
    expect(parameterCount(parameterSpecs(tinyShape({ userTower: 'mean' })))).toBe(one - layer - 16)
    expect(parameterCount(parameterSpecs(tinyShape({ itemIds: true })))).toBe(parameterCount(specs) + 21 * 8 + 8 * 16)
  })

  it('start alike for a seed, and one more parameter moves no other', () => {
    expect(initialParameters(specs, 1)).toEqual(flat)
    expect(initialParameters(specs, 2)).not.toEqual(flat)
    const more = parameterSpecs(tinyShape({ itemIds: true }))
    const name = 'layer.1.attention.qkv.weight'
    expect(nameParameters(more, initialParameters(more, 1))[name].data).toEqual(nameParameters(specs, flat)[name].data)
  })

  it('decay but for biases, norms and the temperature', () => {
    const mask = nameParameters(specs, decayMask(specs))
    for (const [name, { data }] of Object.entries(mask)) {
      const spared = name.endsWith('.bias') || name.endsWith('.gain') || name === 'temperature'
      expect(new Set(data)).toEqual(new Set([spared ? 0 : 1]))
    }
  })

  it('come back from their names, and what is missing or of another shape is refused', () => {
    expect(flattenParameters(specs, nameParameters(specs, flat))).toEqual(flat)
    const { temperature: _, ...rest } = nameParameters(specs, flat)
    expect(() => flattenParameters(specs, rest)).toThrow('temperature')
    expect(() =>
      flattenParameters(parameterSpecs(tinyShape({ feedForward: 16 })), nameParameters(specs, flat)),
    ).toThrow('feedforward')
  })
})

describe('dropout', () => {
  it('keeps a share 1 - p of the values and scales them by 1 / (1 - p), so that the mean stays', () => {
    const patterns = dropoutPatterns(64, 0.25, 1)
    expect(new Set(patterns)).toEqual(new Set([0, Math.fround(4 / 3)]))
    // 262,144 draws: the standard error of the mean is .577 / 512
    expect(patterns.reduce((a, b) => a + b, 0) / patterns.length).toBeCloseTo(1, 2)
  })

  it('draws by seed, step and site', () => {
    const feeds = dropoutFeeds(2, 50, 1, 7)
    expect(dropoutFeeds(2, 50, 1, 7)).toEqual(feeds)
    expect(feeds['dropout.0']).not.toEqual(feeds['dropout.1'])
    expect(dropoutFeeds(2, 50, 1, 8)['dropout.0']).not.toEqual(feeds['dropout.0'])
    expect(dropoutFeeds(2, 50, 2, 7)['dropout.0']).not.toEqual(feeds['dropout.0'])
    expect(Math.max(...feeds['dropout.0'])).toBeLessThan(4096)
  })
})
