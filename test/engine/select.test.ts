import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { createEngine, describeEngines } from '../../src/engine/index.js'
import { devices } from '../../src/engine/onnx/engine.js'
import { TFJS_VERSION, tensorflowHome } from '../../src/engine/tensorflow/home.js'
import { physicalCores } from '../../src/engine/threads.js'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'adseq-home-'))
  vi.stubEnv('ADSEQ_TENSORFLOW_HOME', home)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true })
})

const link = (values: object): void =>
  writeFileSync(
    join(home, 'link.json'),
    JSON.stringify({
      sitePackages: home,
      tensorflow: '2.16.2',
      tfjsNode: TFJS_VERSION,
      device: 'gpu',
      linked: '',
      ...values,
    }),
  )

describe('createEngine', () => {
  it('takes onnx on the cpu where nothing is linked', async () => {
    const engine = await createEngine({ engine: 'auto' })
    expect([engine.name, engine.device]).toEqual(['onnx', 'cpu'])
  })

  it('takes onnx where the link broke', async () => {
    link({})
    expect((await createEngine({ engine: 'auto' })).name).toBe('onnx')
  })

  it('says how to link tensorflow when it is asked for', async () => {
    await expect(createEngine({ engine: 'tensorflow' })).rejects.toSatisfy(
      (e) => e instanceof UserError && /not linked/.test(e.message) && /adseq engine link --tensorflow/.test(e.hint),
    )
    link({})
    await expect(createEngine({ engine: 'tensorflow' })).rejects.toThrow(/TensorFlow that was linked is gone/)
    mkdirSync(join(home, 'tensorflow'))
    await expect(createEngine({ engine: 'tensorflow' })).rejects.toThrow(
      /cannot be loaded: Cannot find module '@tensorflow\/tfjs-node'/,
    )
    link({ tfjsNode: '4.0.0' })
    await expect(createEngine({ engine: 'tensorflow' })).rejects.toThrow(/linked with tfjs-node 4.0.0/)
  })

  it('throws for a device that is not there', async () => {
    for (const device of ['cuda', 'webgpu'] as const) {
      if (devices().includes(device)) continue
      await expect(createEngine({ engine: 'onnx', device })).rejects.toSatisfy(
        (e) => e instanceof UserError && e.message.includes(device) && e.hint.includes('--device cpu'),
      )
    }
  })

  it('refuses a name it does not know', async () => {
    await expect(createEngine({ engine: 'torch' as 'onnx' })).rejects.toThrow(/no engine torch/)
  })
})

it('describes every engine, and why one is not there', async () => {
  const descriptions = await describeEngines()
  expect(descriptions.map((d) => [d.name, d.available])).toEqual([
    ['onnx', true],
    ['eager', true],
    ['tensorflow', false],
  ])
  expect(descriptions[2].why).toMatch(/not linked.*adseq engine link/)
})

it('keeps the linked addon in the data folder of the user, or where it is told', () => {
  expect(tensorflowHome({ ADSEQ_TENSORFLOW_HOME: '/x' })).toBe('/x')
  expect(tensorflowHome({ XDG_DATA_HOME: '/data' })).toBe('/data/adseq/tensorflow')
  expect(tensorflowHome({})).toMatch(/\.local\/share\/adseq\/tensorflow$/)
})

describe('physicalCores', () => {
  const processor = (n: number, socket: number, core: number): string =>
    `processor\t: ${n}\nphysical id\t: ${socket}\ncore id\t\t: ${core}\n`
  it('counts two threads of one core once', () => {
    const cpuinfo = [processor(0, 0, 0), processor(1, 0, 1), processor(2, 0, 0), processor(3, 0, 1)].join('\n')
    expect(physicalCores(cpuinfo, 4)).toBe(2)
  })
  it('keeps to what the process may use, and to that alone where cores are unknown', () => {
    expect(physicalCores([processor(0, 0, 0), processor(1, 1, 0)].join('\n'), 1)).toBe(1)
    expect(physicalCores('', 6)).toBe(6)
  })
})
