import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { disk, room } from '../../src/doctor/disk.js'
import { engines } from '../../src/doctor/engines.js'
import { gpu } from '../../src/doctor/gpu.js'
import { attempt, nativeModules } from '../../src/doctor/native-modules.js'
import { nodeVersion, satisfies } from '../../src/doctor/node-version.js'
import { packages } from '../../src/doctor/packages.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'adseq-doctor-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const surroundings = (changes: object = {}): { folder: string; root: string; node: string } => ({
  folder,
  root: folder,
  node: '22.14.0',
  ...changes,
})
const writeJson = (path: string, value: unknown): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), JSON.stringify(value))
}

describe('node', () => {
  const range = '^20.19.0 || ^22.14.0 || >=24.0.0'

  it.each([
    ['18.20.0', false],
    ['20.18.9', false],
    ['20.19.0', true],
    ['20.20.2', true],
    ['21.7.0', false],
    ['22.13.1', false],
    ['22.14.0', true],
    ['23.11.0', false],
    ['24.0.0', true],
    ['25.0.0-nightly', true],
  ])('%s: %s', (version, expected) => expect(satisfies(version, range)).toBe(expected))

  it('names the range and what to install', async () => {
    writeJson('package.json', { version: '1.2.3', engines: { node: range } })
    expect(await nodeVersion(surroundings())).toEqual([
      { check: 'node', status: 'ok', message: expect.stringContaining('adseq 1.2.3 on Node 22.14.0') },
    ])
    const [finding] = await nodeVersion(surroundings({ node: '18.20.0' }))
    expect(finding).toMatchObject({
      status: 'failed',
      message: expect.stringContaining(range),
      fix: expect.stringContaining('Install Node 24'),
    })
  })
})

describe('packages', () => {
  beforeEach(() => writeJson('package.json', { dependencies: { a: '1.0.0', '@s/b': '2.0.0' } }))

  it('all as pinned', async () => {
    writeJson('node_modules/a/package.json', { version: '1.0.0' })
    writeJson('node_modules/@s/b/package.json', { version: '2.0.0' })
    expect(await packages(surroundings())).toMatchObject([
      { status: 'ok', message: expect.stringContaining('2 dependencies') },
    ])
  })

  it('SQLite is another package on Node 20', async () => {
    writeJson('package.json', { dependencies: {}, optionalDependencies: { 'better-sqlite3': '2.0.0' } })
    writeJson('node20/package.json', { dependencies: { 'better-sqlite3': '1.0.0' } })
    writeJson('node_modules/better-sqlite3/package.json', { version: '2.0.0' })
    expect(await packages(surroundings())).toMatchObject([
      { status: 'ok', message: expect.stringContaining('better-sqlite3 2.0.0 among them') },
    ])
    expect(await packages(surroundings({ node: '20.19.0' }))).toMatchObject([
      { status: 'warning', message: 'better-sqlite3 is 2.0.0; this adseq was tested with 1.0.0.' },
    ])
    writeJson('node_modules/.node20/node_modules/better-sqlite3/package.json', { version: '1.0.0' })
    expect(await packages(surroundings({ node: '20.19.0' }))).toMatchObject([{ status: 'ok' }])
  })

  it('one missing, one of another version', async () => {
    writeJson('node_modules/a/package.json', { version: '1.0.1' })
    expect(await packages(surroundings())).toMatchObject([
      {
        status: 'warning',
        message: 'a is 1.0.1; this adseq was tested with 1.0.0.',
        fix: expect.stringContaining('npm ci'),
      },
      { status: 'failed', message: '@s/b is not installed.', fix: expect.stringContaining('npm ci') },
    ])
  })
})

describe('native modules', () => {
  it('SQLite and usearch load and compute here', async () => {
    expect(await nativeModules(surroundings())).toMatchObject([
      { check: 'sqlite', status: 'ok' },
      { check: 'usearch', status: 'ok' },
    ])
  })

  it('one that does not load is a finding with a fix', async () => {
    const finding = await attempt('usearch', () =>
      Promise.reject(new Error('Could not locate the bindings file.\n tried: ...')),
    )
    expect(finding).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/^usearch does not work here: adseq was installed for another Node than this one/),
      fix: expect.stringContaining('npm ci'),
    })
    expect(await attempt('usearch', () => Promise.reject(new Error('the graph is wrong')))).toMatchObject({
      status: 'failed',
      message: 'usearch does not work here: the graph is wrong',
      fix: expect.stringContaining('npm ci'),
    })
  })
})

describe('engines', () => {
  const home = process.env.ADSEQ_TENSORFLOW_HOME
  afterEach(() => {
    if (home === undefined) delete process.env.ADSEQ_TENSORFLOW_HOME
    else process.env.ADSEQ_TENSORFLOW_HOME = home
  })

  it('onnx loads; a TensorFlow that was never linked is no failure, and it says why', async () => {
    process.env.ADSEQ_TENSORFLOW_HOME = folder
    const findings = await engines(surroundings())
    expect(findings[0]).toMatchObject({ status: 'ok', message: expect.stringMatching(/^onnx on cpu/) })
    expect(findings.find(({ message }) => message.startsWith('tensorflow'))).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('adseq engine link'),
    })
  })

  it('a linked TensorFlow that is gone is to look at, and how to link it again is said', async () => {
    process.env.ADSEQ_TENSORFLOW_HOME = folder
    writeJson('link.json', {
      sitePackages: '/gone/site-packages',
      tensorflow: '2.16.2',
      tfjsNode: '4.22.0',
      device: 'cpu',
      linked: '2026-01-01',
    })
    const findings = await engines(surroundings())
    expect(findings.find(({ message }) => message.startsWith('tensorflow'))).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('does not load any more'),
      fix: expect.stringContaining('--tensorflow /gone/site-packages'),
    })
  })
})

describe('gpu', () => {
  const path = process.env.PATH
  afterEach(() => {
    process.env.PATH = path
  })
  const smi = (script: string): void => {
    writeFileSync(join(folder, 'nvidia-smi'), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, 'nvidia-smi'), 0o755)
    process.env.PATH = folder
  }

  it('none is no problem', async () => {
    process.env.PATH = folder
    expect(await gpu(surroundings())).toMatchObject([
      { status: 'ok', message: expect.stringContaining('no NVIDIA GPU') },
    ])
  })

  it('names each', async () => {
    smi('echo "NVIDIA X100, 81559 MiB, 550.1"; echo "Y200, 1 MiB, 550.1"')
    expect(await gpu(surroundings())).toMatchObject([
      { message: 'NVIDIA X100, 81559 MiB, 550.1' },
      { message: 'NVIDIA Y200, 1 MiB, 550.1' },
      { status: 'ok', message: expect.stringContaining('adseq engine link') },
    ])
  })

  it('one that the driver cannot reach fails, with its words', async () => {
    smi('echo "could not communicate with the NVIDIA driver" >&2; exit 9')
    expect(await gpu(surroundings())).toMatchObject([
      {
        status: 'failed',
        message: expect.stringContaining('could not communicate'),
        fix: expect.stringContaining('driver'),
      },
    ])
  })
})

describe('disk', () => {
  it.each([
    [50e9, 'ok'],
    [1.9e9, 'warning'],
    [0.05e9, 'failed'],
  ])('%d bytes free: %s', (free, status) => expect(room('/x', free).status).toBe(status))

  it('looks at the folder in which a new workspace would be made', async () => {
    const [finding] = await disk(surroundings({ folder: join(folder, 'not', 'yet') }))
    expect(finding.message).toContain(folder)
    expect(finding.message).not.toContain('not')
  })

  it('refuses a file', async () => {
    writeFileSync(join(folder, 'file'), '')
    expect(await disk(surroundings({ folder: join(folder, 'file') }))).toMatchObject([
      { status: 'failed', fix: expect.stringContaining('--workspace') },
    ])
  })

  it.skipIf(process.getuid?.() === 0)('a folder that cannot be written fails', async () => {
    chmodSync(folder, 0o555)
    expect(await disk(surroundings())).toMatchObject([
      { status: 'failed', message: expect.stringContaining('cannot be written') },
    ])
    chmodSync(folder, 0o755)
  })
})
