import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAxes } from '../../src/study/axes.js'
import { planTrials, type Plan } from '../../src/study/plan-trials.js'
import { quasiRandom } from '../../src/study/quasi-random.js'
import { resolve, trainingKey, type Basis, type Settings } from '../../src/study/settings.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'adseq-plan-'))
  writeFileSync(join(folder, 'adseq.yaml'), 'item: {train: {steps: 300}}\n')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const basis = (set: string[] = []): Basis => ({ folder, kind: 'item', set })
const plan = (over: string[], most = Infinity, seed = 1): Plan =>
  planTrials(basis(), readAxes(over), seed, most, 1000, 'data')
const varied = ({ trials }: Plan): Settings[] => trials.map(({ settings: { 'train.refit': _, ...rest } }) => rest)

function take<T>(from: Iterable<T>, n: number): T[] {
  const taken: T[] = []
  for (const one of from) if (taken.push(one) === n) break
  return taken
}

describe('the trials of a sweep', () => {
  it('are the settings as they are, then the whole grid, every point once', () => {
    const settings = varied(plan(['train.logq.positive=0,0.5', 'model.length=8,16,32']))
    expect(settings[0]).toEqual({})
    const points = settings.slice(1).map((s) => `${s['train.logq.positive']}/${s['model.length']}`)
    expect(points.sort()).toEqual(['0.5/16', '0.5/32', '0.5/8', '0/16', '0/32', '0/8'])
  })

  it('do not try a point again that is the settings as they are', () => {
    // the default weights are 1, 1
    expect(varied(plan(['train.logq.positive=0,1', 'train.logq.negative=1']))).toEqual([
      {},
      { 'train.logq.positive': 0, 'train.logq.negative': 1 },
    ])
  })

  it('are the same for the same seed, a beginning of themselves under a smaller budget, and others for another seed', () => {
    const over = ['train.temperature=0.05..0.5/log', 'train.uniformNegatives=64..1024']
    const twenty = varied(plan(over, 20))
    expect(twenty).toHaveLength(20)
    expect(varied(plan(over, 20))).toEqual(twenty)
    expect(varied(plan(over, 5))).toEqual(twenty.slice(0, 5))
    expect(varied(plan(over, 5, 2))).not.toEqual(twenty.slice(0, 5))
  })

  it('sample whole numbers where the setting takes no others', () => {
    const settings = varied(plan(['train.uniformNegatives=64..1024', 'train.logq.negative=0..1'], 10)).slice(1)
    expect(settings.every((s) => Number.isInteger(s['train.uniformNegatives']))).toBe(true)
    expect(settings.every((s) => Number.isInteger(s['train.logq.negative']))).toBe(false)
  })

  it('leave out what the configuration refuses, count it and say why', () => {
    const found = plan(['model.userTower=mean,transformer', 'train.objective=all-action,dense-all-action'])
    expect(found.refused).toBe(1)
    expect(found.reason).toContain('dense-all-action needs an output at every position')
    expect(() => plan(['train.objectiv=all-action'])).toThrow('unknown key')
  })

  it('lie over the section of the kind, and are named by all that decides the weights and nothing else', () => {
    expect(resolve(basis(), { 'train.steps': 7 }).train.steps).toBe(7)
    const key = (set: string[], settings: Settings = {}): string =>
      trainingKey('item', resolve(basis(set), settings), 1000, 'data')
    expect(key(['engine.threads=2'])).toBe(key([]))
    expect(key(['train.checkpointSeconds=99'])).toBe(key([]))
    expect(key([], { 'model.width': 32 })).toBe(key(['model.width=32']))
    expect(key([], { 'model.width': 32 })).not.toBe(key([]))
    expect(key(['eval.windowDays=7'])).not.toBe(key([]))
    expect(key(['eval.protocol=leave-one-out'])).not.toBe(key([]))
  })
})

describe('quasi-random points', () => {
  it('step by the golden ratio in one dimension and by powers of the plastic number in two', () => {
    const [[a], [b]] = take(quasiRandom(1, 3), 2)
    expect((b - a + 1) % 1).toBeCloseTo(2 / (1 + Math.sqrt(5)), 12)
    const [p, q] = take(quasiRandom(2, 3), 2)
    // it solves g^3 = g + 1
    const g = 1.324717957244746
    expect((q[0] - p[0] + 1) % 1).toBeCloseTo(1 / g, 12)
    expect((q[1] - p[1] + 1) % 1).toBeCloseTo(1 / g ** 2, 12)
  })

  it('leave no wide gap: of 64 points every sixteenth of each axis has some', () => {
    const points = take(quasiRandom(3, 1), 64)
    for (let j = 0; j < 3; j++) expect(new Set(points.map((point) => Math.floor(point[j] * 16))).size).toBe(16)
  })
})
