import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { database } from '../../src/doctor/database.js'
import type { Check, Finding } from '../../src/doctor/finding.js'
import { runs } from '../../src/doctor/runs.js'
import { settings } from '../../src/doctor/settings.js'
import { writeSafetensors } from '../../src/core/safetensors.js'
import { generateData } from '../../src/events/world/generate.js'
import { PRESETS } from '../../src/events/world/presets.js'
import { openStore } from '../../src/store/open.js'
import { writeManifest, type Manifest } from '../../src/runs/manifest.js'
import { openDatabase } from '../../src/store/sqlite.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'adseq-doctor-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = async (check: Check): Promise<Finding[]> => check({ folder, root: folder, node: '22.14.0' })
const flipByte = (path: string, at: number): void => {
  const bytes = readFileSync(path)
  bytes[at] ^= 0xff
  writeFileSync(path, bytes)
}

describe('settings', () => {
  it('absent: defaults, and how to write one', async () => {
    expect(await run(settings)).toMatchObject([
      {
        status: 'warning',
        message: expect.stringContaining('no adseq.yaml'),
        fix: expect.stringContaining('adseq init'),
      },
    ])
  })

  it('valid', async () => {
    writeFileSync(join(folder, 'adseq.yaml'), 'model:\n  userTower: mean\n')
    expect(await run(settings)).toMatchObject([{ status: 'ok', message: expect.stringContaining('mean user tower') }])
  })

  it('a wrong key fails with its line and the nearest right one', async () => {
    writeFileSync(join(folder, 'adseq.yaml'), 'model:\n  widht: 64\n')
    const [finding] = await run(settings)
    expect(finding.status).toBe('failed')
    expect(finding.message).toMatch(/adseq\.yaml.*2/)
    expect(`${finding.message} ${finding.fix}`).toContain('width')
  })

  it('text that is not YAML fails', async () => {
    writeFileSync(join(folder, 'adseq.yaml'), 'model: [\n')
    expect(await run(settings)).toMatchObject([{ status: 'failed' }])
  })
})

describe('database', () => {
  const path = (): string => join(folder, 'adseq.db')
  const world = async (users: number = PRESETS.tiny.users): Promise<void> => {
    const store = openStore(folder, { create: true })
    await generateData(store, { name: 'tiny', knobs: { ...PRESETS.tiny, users }, seed: 1 })
    store.close()
  }

  it('absent: how to get data', async () => {
    expect(await run(database)).toMatchObject([{ status: 'warning', fix: expect.stringContaining('generate-data') }])
  })

  it('whole: says what is in it', async () => {
    await world()
    expect(await run(database)).toMatchObject([
      {
        status: 'ok',
        message: expect.stringMatching(/events, \d+ users, 900 items, 40 advertisers; schema \d, no damage/),
      },
    ])
  })

  it('a damaged page anywhere is found', async () => {
    await world()
    const bytes = readFileSync(path())
    // an inner page of the events table: its cell pointers no longer make sense
    bytes.fill(0xa5, 4096 * 60, 4096 * 61)
    writeFileSync(path(), bytes)
    expect(await run(database)).toMatchObject([
      { status: 'failed', message: expect.stringContaining('damaged'), fix: expect.stringContaining('Restore') },
    ])
  })

  it('a cut file is found', async () => {
    await world()
    truncateSync(path(), 4096 * 50)
    expect(await run(database)).toMatchObject([{ status: 'failed', message: expect.stringContaining('damaged') }])
  })

  it('a file that is no database fails', async () => {
    writeFileSync(path(), 'not a database at all, but long enough for a header'.repeat(100))
    expect(await run(database)).toMatchObject([
      { status: 'failed', message: expect.stringContaining('damaged or not a database') },
    ])
  })

  it('a database of another program is not touched', async () => {
    const other = openDatabase(path())
    other.exec('CREATE TABLE theirs (x)')
    other.close()
    const before = readFileSync(path())
    expect(await run(database)).toMatchObject([
      { status: 'failed', message: expect.stringContaining('not one of adseq') },
    ])
    expect(readFileSync(path()).equals(before)).toBe(true)
  })

  it('a newer schema fails and says to update', async () => {
    await world(5)
    const db = openDatabase(path())
    db.exec("UPDATE meta SET value = '99' WHERE key = 'schema'")
    db.close()
    expect(await run(database)).toMatchObject([
      {
        status: 'failed',
        message: expect.stringContaining('newer adseq'),
        fix: expect.stringContaining('Update adseq'),
      },
    ])
  })

  it('an unfinished import names the command that finishes it', async () => {
    await world(50)
    const db = openDatabase(path())
    db.exec("UPDATE imports SET status = 'running', rows = 7")
    db.close()
    expect(await run(database)).toMatchObject([
      { status: 'ok' },
      {
        status: 'warning',
        message: expect.stringContaining('7 rows are in'),
        fix: expect.stringContaining('adseq generate-data'),
      },
    ])
  })
})

describe('runs', () => {
  // what the check reads of a manifest
  const manifest = (id: string, status: Manifest['status']): Manifest =>
    ({ version: 1, id, kind: 'item', status, created: '2026-01-01T00:00:00Z' }) as Manifest
  const files = (id: string): string => join(folder, 'runs', id)
  const make = (
    id: string,
    status: Manifest['status'] = 'done',
    file: string | undefined = 'model.safetensors',
  ): void => {
    mkdirSync(files(id), { recursive: true })
    writeManifest(files(id), manifest(id, status))
    if (file) writeSafetensors(join(files(id), file), { w: { shape: [4], data: Float32Array.of(1, 2, 3, 4) } })
  }

  it('none yet', async () => {
    expect(await run(runs)).toMatchObject([{ status: 'ok', message: 'no run yet' }])
  })

  it('whole ones are counted', async () => {
    make('item-a')
    make('item-b')
    expect(await run(runs)).toEqual([{ check: 'runs', status: 'ok', message: '2 finished, checksums verified' }])
  })

  it.each<[what: string, damage: () => void, message: string | RegExp]>([
    [
      'a flipped byte in the weights',
      () =>
        flipByte(
          join(files('item-b'), 'model.safetensors'),
          readFileSync(join(files('item-b'), 'model.safetensors')).length - 1,
        ),
      'checksum',
    ],
    ['a cut model', () => truncateSync(join(files('item-b'), 'model.safetensors'), 100), 'damaged'],
    ['no model', () => unlinkSync(join(files('item-b'), 'model.safetensors')), 'missing'],
    ['a cut manifest', () => truncateSync(join(files('item-b'), 'manifest.json'), 20), 'damaged'],
    ['no manifest', () => unlinkSync(join(files('item-b'), 'manifest.json')), 'holds no run'],
    [
      'a newer manifest',
      () => writeManifest(files('item-b'), { ...manifest('item-b', 'done'), version: 9 as 1 }),
      'newer adseq',
    ],
  ])('%s is found, and the other run stays well', async (_, damage, message) => {
    make('item-a')
    make('item-b')
    damage()
    const findings = await run(runs)
    expect(findings).toMatchObject([
      { status: 'ok', message: expect.stringContaining('1 finished') },
      { status: 'failed', message: expect.stringContaining(String(message)), fix: expect.stringContaining('item-b') },
    ])
  })

  it.each<[what: string, damage: (path: string) => void, message: string]>([
    ['a flipped byte in the selected model', (path) => flipByte(path, readFileSync(path).length - 1), 'checksum'],
    ['no selected model though the manifest names one', (path) => unlinkSync(path), 'missing'],
    [
      'another selected model than that of the manifest',
      (path) => void writeSafetensors(path, { w: { shape: [1], data: Float32Array.of(7) } }),
      'checksums differ',
    ],
  ])('%s is found', async (_, damage, message) => {
    make('item-a')
    const path = join(files('item-a'), 'selected.safetensors')
    const selectedChecksum = writeSafetensors(path, { w: { shape: [1], data: Float32Array.of(1) } })
    writeManifest(files('item-a'), { ...manifest('item-a', 'done'), selectedChecksum })
    expect(await run(runs)).toMatchObject([{ status: 'ok', message: '1 finished, checksums verified' }])
    damage(path)
    expect(await run(runs)).toMatchObject([
      { status: 'failed', message: expect.stringContaining(message), fix: expect.stringContaining('item-a') },
    ])
  })

  it('an unfinished one is to look at, with a damaged checkpoint it fails', async () => {
    make('item-c', 'running', 'checkpoint.safetensors')
    expect(await run(runs)).toMatchObject([
      {
        status: 'warning',
        message: expect.stringContaining('unfinished'),
        fix: expect.stringContaining('adseq train item'),
      },
    ])
    truncateSync(join(files('item-c'), 'checkpoint.safetensors'), 30)
    expect(await run(runs)).toMatchObject([{ status: 'failed' }])
  })
})
