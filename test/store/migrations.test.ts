import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { openDatabase } from '../../src/store/sqlite.js'
import { SCHEMA_VERSION } from '../../src/store/schema.js'
import { temporaryFolder } from './temporary-store.js'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** A workspace as an older adseq has left it. */
function version1(): { folder: string; path: string } {
  const folder = temporaryFolder()
  const path = join(folder, 'adseq.db')
  writeFileSync(path, gunzipSync(readFileSync(here('data/version-1.db.gz'))))
  return { folder, path }
}

const COUNTS = { users: 2, items: 3, advertisers: 2, events: 5 }
const schemaOf = (path: string): unknown => {
  const db = openDatabase(path, { readonly: true })
  try {
    return db.prepare("SELECT value FROM meta WHERE key = 'schema'").pluck().get()
  } finally {
    db.close()
  }
}

describe('a workspace of schema version 1', () => {
  test('opened for writing becomes one of this version, with all that it held, and takes ads', () => {
    const { folder, path } = version1()
    const before = openStore(folder, { readonly: true })
    const hash = before.dataHash()
    before.close()
    const store = openStore(folder)
    expect(schemaOf(path)).toBe(String(SCHEMA_VERSION))
    expect([store.counts(), store.dataHash()]).toEqual([COUNTS, hash])
    expect(store.user(store.userId('u2')!)!.attributes).toEqual({ age: '65+' })
    expect(store.history(1).type).toEqual(Uint8Array.of(0, 2))
    const writer = store.writer()
    writer.ads.addSpend(1, 1, 1)
    writer.commit()
    expect(store.adsVersion()).toBe(1)
    store.close()
    // a second time there is nothing left to do
    openStore(folder).close()
  })

  test('has the tables and views of a new one afterwards', () => {
    const schema = (path: string): unknown[] => {
      const db = openDatabase(path, { readonly: true })
      try {
        return db
          .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'events_by%' ORDER BY name")
          .all()
      } finally {
        db.close()
      }
    }
    const { folder, path } = version1()
    openStore(folder).close()
    const fresh = temporaryFolder()
    openStore(fresh, { create: true }).close()
    expect(schema(path)).toEqual(schema(join(fresh, 'adseq.db')))
  })

  test('opened to be read is read as it is: nothing is written, and there are no ads', () => {
    const { folder, path } = version1()
    const bytes = readFileSync(path)
    const store = openStore(folder, { readonly: true })
    expect([store.counts(), store.adsVersion()]).toEqual([COUNTS, 0])
    expect(store.ads.counts()).toEqual({ ads: 0, campaigns: 0, impressions: 0 })
    expect([[...store.ads.scanAds()], store.ads.campaign('c'), store.ads.spentOn(1)]).toEqual([[], undefined, []])
    expect(readFileSync(path).equals(bytes)).toBe(true)
    // while another process brings it up to date
    openStore(folder).close()
    expect(store.ads.counts().ads).toBe(0)
    store.close()
    const again = openStore(folder, { readonly: true })
    expect(again.counts()).toEqual(COUNTS)
    again.close()
  })

  test('whose migration fails half-way is one of version 1 still', () => {
    const { folder, path } = version1()
    const db = openDatabase(path)
    db.exec('CREATE TABLE spend (x)') // the migration fails in the middle
    db.close()
    expect(() => openStore(folder)).toThrow(/spend/)
    expect(schemaOf(path)).toBe('1')
    const mended = openDatabase(path)
    expect(mended.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'campaigns'").pluck().get()).toBe(0)
    mended.exec('DROP TABLE spend')
    mended.close()
    openStore(folder).close()
    expect(schemaOf(path)).toBe(String(SCHEMA_VERSION))
  })
})

describe('a folder that cannot be written', () => {
  /** Opens the store in a process that may not write there. */
  function readThere(
    folder: string,
    how: 'read' | 'write' = 'read',
  ): { counts: unknown; ads: number; left: string[]; refused?: string } {
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', here('read-store.ts'), folder, how], {
      encoding: 'utf8',
    })
    if (stdout === '') throw new Error(stderr)
    return JSON.parse(stdout) as ReturnType<typeof readThere>
  }

  test.skipIf(process.platform === 'win32').each(['of version 1', 'of this version'])(
    'is read, %s, and holds nothing new afterwards',
    (which) => {
      const { folder, path } = version1()
      if (which === 'of this version') openStore(folder).close()
      const files = readdirSync(folder)
      const bytes = readFileSync(path)
      chmodSync(path, 0o444)
      chmodSync(folder, 0o555)
      const { counts, ads, left } = readThere(folder)
      chmodSync(folder, 0o755)
      expect([counts, ads, left]).toEqual([COUNTS, 0, []])
      expect([readdirSync(folder), readFileSync(path).equals(bytes)]).toEqual([files, true])
    },
  )

  test.skipIf(process.platform === 'win32').each(['of version 1', 'of this version'])(
    'is not opened for writing, %s, and that is told in a sentence',
    (which) => {
      const { folder, path } = version1()
      if (which === 'of this version') openStore(folder).close()
      chmodSync(path, 0o444)
      chmodSync(folder, 0o555)
      const { refused } = readThere(folder, 'write')
      chmodSync(folder, 0o755)
      expect(refused).toMatch(/^UserError: .*(is read-only|cannot be opened by this user)\.$/)
    },
  )

  test.skipIf(process.platform === 'win32')('is read with what a killed process left in the log', () => {
    const { folder } = version1()
    const writer = openStore(folder)
    // a commit that is in the log alone, and a process that ends without closing
    const bulk = writer.writer()
    bulk.user('late')
    bulk.commit()
    const files = ['adseq.db', 'adseq.db-wal'].map((name) => [name, readFileSync(join(folder, name))] as const)
    expect(files[1][1].length).toBeGreaterThan(0)
    writer.close()
    const other = temporaryFolder()
    for (const [name, bytes] of files) writeFileSync(join(other, name), bytes)
    chmodSync(other, 0o555)
    const { counts } = readThere(other)
    chmodSync(other, 0o755)
    expect(counts).toEqual({ ...COUNTS, users: 3 })
  })
})
