import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Interrupted, UserError } from '../../../src/core/errors.js'
import { silent } from '../../../src/core/progress.js'
import { importFiles } from '../../../src/events/import/import.js'
import { exportWorld, type ExportOptions } from '../../../src/events/world/export.js'
import { generateData } from '../../../src/events/world/generate.js'
import { PRESETS } from '../../../src/events/world/presets.js'
import { openStore } from '../../../src/store/open.js'
import type { Store } from '../../../src/store/store.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'adseq-world-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const tiny: ExportOptions = { name: 'tiny', knobs: PRESETS.tiny, seed: 1, format: 'csv', workers: 0 }

/** All that a store holds, under external ids. */
function contents(store: Store): unknown {
  const [users, items, advertisers] = (['users', 'items', 'advertisers'] as const).map((table) =>
    store.externalIds(table),
  )
  const name = (list: string[], id: number): string | undefined => (id === 0 ? undefined : list[id - 1])
  const ofItem = new Map<number, number>()
  const catalog = [...store.scanItems()].map(
    ([id, externalId, advertiser, ...rest]) => (
      ofItem.set(id, advertiser),
      [externalId, name(advertisers, advertiser), ...rest]
    ),
  )
  const events = [...store.scanEvents()].map(([, user, item, advertiser, type, domain, time]) => [
    users[user - 1],
    name(items, item),
    name(advertisers, advertiser || ofItem.get(item)!),
    type,
    domain,
    time,
  ])
  const people = users.map((id) => [id, store.user(store.userId(id)!)!.attributes]).sort()
  const sellers = advertisers.map((id) => [id, store.advertiser(store.advertiserId(id)!)!.name]).sort()
  const ads = [...store.ads.scanAds()].map(([, campaign, advertiser, item, ...rest]) => [
    campaign,
    name(advertisers, advertiser),
    name(items, item),
    ...rest,
  ])
  const campaigns = [...store.ads.scanCampaigns()].map((row) => row.slice(0, -1))
  return { catalog, events, people, sellers, ads, campaigns }
}

describe('exportWorld', () => {
  it.each(['csv', 'parquet'] as const)(
    'as %s and imported, the world is what generate-data puts into a store',
    async (format) => {
      const { files, events, ads, campaigns } = await exportWorld(join(folder, 'files'), { ...tiny, format })
      const imported = join(folder, 'imported')
      await importFiles(imported, format, files, {
        mapping: { columns: {}, eventTypes: {}, header: true },
        maxRejects: 0,
        evaluation: { cutoff: 'auto', windowDays: 30 },
        progress: silent,
      })
      const [one, other] = [openStore(imported), openStore(join(folder, 'made'), { create: true })]
      await generateData(other, tiny)
      expect(one.counts().events).toBe(events)
      expect(one.ads.counts()).toEqual({ ads, campaigns, impressions: 0 })
      expect([one.ads.byOrigin(), other.ads.byOrigin()]).toEqual([{ imported: ads }, { world: ads }])
      expect(contents(one)).toEqual(contents(other))
      one.close()
      other.close()
    },
  )

  it('refuses to write over a file, and leaves nothing when it is stopped', async () => {
    writeFileSync(join(folder, 'items.csv'), 'mine')
    await expect(exportWorld(folder, tiny)).rejects.toThrow(UserError)
    expect(readdirSync(folder)).toEqual(['items.csv'])
    rmSync(join(folder, 'items.csv'))
    await expect(exportWorld(folder, { ...tiny, signal: AbortSignal.abort() })).rejects.toThrow(Interrupted)
    expect(readdirSync(folder)).toEqual([])
  })
})
