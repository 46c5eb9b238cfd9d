import { describe, expect, test } from 'vitest'
import { deriveAds } from '../../src/ads/derive.js'
import { adPage, findAd, listAds, type AdQuery } from '../../src/ads/list.js'
import { adListText, adPageText, derivedText, money } from '../../src/ads/text.js'
import type { Store } from '../../src/store/store.js'
import { textWidth } from '../../src/text/width.js'
import { ad, campaign } from '../store/made-ads.js'
import { temporaryStore } from '../store/temporary-store.js'

/** Three campaigns: of the lamp shop in Germany and everywhere, of the garden shop, ended. */
function filled(): Store {
  const store = temporaryStore()
  const writer = store.writer()
  const [lamps, garden] = [writer.advertiser('a1'), writer.advertiser('a2')]
  writer.setAdvertiser(lamps, { name: 'Ember & Co' })
  writer.setItem(writer.item('i1'), { advertiser: lamps, title: 'Table lamp', category: 'Home/Lamps', price: 10 })
  writer.setItem(writer.item('i2'), { advertiser: garden, title: 'Garden table', category: 'Garden' })
  const german = writer.ads.putCampaign(
    'german',
    campaign(lamps, { countries: ['DE', 'AT'], bid: 1250, dailyBudget: 9, cap: 1, capDays: 7 }),
  )
  const open = writer.ads.putCampaign(
    'open',
    campaign(lamps, { bidType: 'click', bid: 0.125, status: 'paused', flags: ['health'] }),
  )
  const over = writer.ads.putCampaign(
    'over',
    campaign(garden, { status: 'ended', starts: 1_700_000_000, ends: 1_700_086_400, excludeBuyersDays: 30 }),
  )
  writer.ads.putAd('brand', ad(german, lamps, { title: 'All lamps', category: 'Home' }))
  writer.ads.putAd('lamp', ad(german, lamps, { item: 1, status: 'paused' }))
  writer.ads.putAd('lamp too', ad(open, lamps, { item: 1, title: 'Bright!' }))
  writer.ads.putAd('100%', ad(over, garden, { item: 2 }))
  const user = writer.user('u')
  const shown = { user, ad: 2, time: 1_700_000_000, position: null, propensity: null, source: 'imported' } as const
  writer.ads.addImpression({ ...shown, clicked: true, converted: true })
  writer.ads.addImpression({ ...shown, clicked: true, converted: false })
  writer.ads.addImpression({ ...shown, ad: 1, clicked: false, converted: false })
  for (let day = 0; day < 9; day++) writer.ads.addSpend(german, 19_675 + day, day + 0.5)
  writer.commit()
  return store
}

const found = (query: Partial<AdQuery>): string[] => listAds(filled(), { limit: 10, ...query }).ads.map((one) => one.ad)

describe('a list of ads', () => {
  test.each<[Partial<AdQuery>, string[]]>([
    [{}, ['brand', 'lamp', 'lamp too', '100%']],
    [{ advertiser: 'a2' }, ['100%']],
    [{ item: 'i1' }, ['lamp', 'lamp too']],
    [{ kind: 'standard' }, ['brand']],
    [{ kind: 'shopping' }, ['lamp', 'lamp too', '100%']],
    // an ad is what its campaign lets it be
    [{ status: 'active' }, ['brand']],
    [{ status: 'paused' }, ['lamp', 'lamp too']],
    [{ status: 'ended' }, ['100%']],
    [{ country: 'de' }, ['brand', 'lamp', 'lamp too', '100%']],
    [{ country: 'FR' }, ['lamp too', '100%']],
    [{ search: 'TABLE' }, ['lamp', 'lamp too', '100%']],
    [{ search: 'table ember' }, ['lamp', 'lamp too']],
    [{ search: 'bright' }, ['lamp too']],
    [{ search: 'german' }, ['brand', 'lamp']],
    [{ search: 'home/lamps' }, ['lamp', 'lamp too']],
    // no sign of a pattern
    [{ search: '0%' }, ['100%']],
    [{ search: '_' }, []],
    [{ search: "'" }, []],
    [{ advertiser: 'a1', kind: 'shopping', status: 'paused', country: 'AT', search: 'lamp' }, ['lamp', 'lamp too']],
    [{ limit: 1 }, ['brand']],
    [{ item: 'garden' }, ['100%']],
    [{ advertiser: 'ember' }, ['brand', 'lamp', 'lamp too']],
  ])('%j', (query, expected) => expect(found(query)).toEqual(expected))

  test('says how many there are beyond the limit, and what the workspace holds', () => {
    expect(listAds(filled(), { limit: 1, item: 'i1' })).toMatchObject({
      total: 2,
      inventory: { ads: 4, campaigns: 3, impressions: 3, byOrigin: { imported: 4 } },
    })
  })

  test.each<[Partial<AdQuery>, string]>([
    [{ advertiser: 'a9' }, 'There is no advertiser a9 in this workspace, and none with that in its name.'],
    [{ item: 'i9' }, 'There is no item i9 in this workspace, and none with that in its title.'],
    [{ search: 'a b c d e f g h i j k' }, '--search has 11 words.'],
  ])('refused: %j', (query, message) => {
    expect(() => found(query)).toThrow(expect.objectContaining({ name: 'UserError', message }))
  })

  test('a workspace without ads says where to get some', () => {
    for (const look of [() => listAds(temporaryStore(), { limit: 1 }), () => adPage(temporaryStore(), 'x')])
      expect(look).toThrow(expect.objectContaining({ hint: expect.stringContaining('adseq ads derive') as string }))
  })
})

describe('the page of an ad', () => {
  test('is found by its id, or by words that it alone has', () => {
    expect(['lamp', 'bright', 'garden 100'].map((typed) => findAd(filled(), typed).ad)).toEqual([
      'lamp',
      'lamp too',
      '100%',
    ])
    expect(() => findAd(filled(), 'table lamp')).toThrow(
      expect.objectContaining({
        message: '2 ads have "table lamp" in their id, title, category or advertiser.',
        hint: 'Write the id of one of them:\nlamp  Table lamp\nlamp too  Bright!',
      }),
    )
    expect(() => findAd(filled(), 'sofa')).toThrow('There is no ad sofa in this workspace, and none with these words.')
  })

  test('has its campaign and what became of it', () => {
    const page = adPage(filled(), 'lamp')
    expect(page).toMatchObject({
      kind: 'shopping',
      item: 'i1',
      title: 'Table lamp',
      status: 'paused',
      campaignStatus: 'active',
      impressions: 2,
      clicks: 2,
      conversions: 1,
      // 0.5 + 1.5 + ... + 8.5
      spent: 40.5,
    })
    expect(page.spend.map(([day]) => day)).toEqual([19_683, 19_682, 19_681, 19_680, 19_679, 19_678, 19_677])
  })

  test('as text', () => {
    expect(adPageText(adPage(filled(), 'lamp'), 80)).toEqual([
      'ad lamp',
      'kind          shopping: promotes item i1',
      'title         Table lamp',
      'category      Home/Lamps',
      'advertiser    a1, Ember & Co',
      'status        paused (the ad paused, its campaign active)',
      'campaign      german',
      'bid           1,250.00 for an action',
      'daily budget  9.00, spent evenly over the day',
      'runs          always',
      'countries     DE, AT',
      'flags         none',
      'cap           1 impression a user in 7 days',
      'buyers        see it too',
      'origin        imported',
      'results       2 impressions, 2 clicks, 1 conversion',
      'spent         40.50 by its campaign: 2023-11-22 8.50, 2023-11-21 7.50,',
      '              2023-11-20 6.50, 2023-11-19 5.50, 2023-11-18 4.50, 2023-11-17',
      '              3.50, 2023-11-16 2.50',
    ])
    const text = adPageText(adPage(filled(), '100%'), 80)
    expect(text).toContain('runs          from 2023-11-14T22:13:20Z until 2023-11-15T22:13:20Z')
    expect(text).toContain('buyers        do not see it for 30 days')
  })
})

describe('text', () => {
  test('of a list: no line is longer than asked for, whatever the names are', () => {
    const store = filled()
    const writer = store.writer()
    writer.ads.putAd(`x${'y'.repeat(150)}\u001B[31m`, ad(1, 1, { title: '漢字'.repeat(80) }))
    writer.commit()
    for (const width of [40, 60, 80]) {
      const lines = adListText(listAds(store, { limit: 10 }), width)
      expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width)
      expect(lines.join('\n')).not.toContain('\u001B')
    }
  })

  test('says how many there are', () => {
    const last = (query: Partial<AdQuery>): string => adListText(listAds(filled(), { limit: 10, ...query }), 80).at(-1)!
    expect(last({})).toBe('4 such; the workspace holds 4 ads of 3 campaigns.')
    expect(last({ item: 'i1', limit: 1 })).toBe('The first 1 of 2 such ads; the workspace holds 4 ads of 3 campaigns.')
    expect(last({ search: 'nothing' })).toBe('None of the 4 ads is such a one.')
  })

  test('of derived ads says that they are derived, in list, page and summary', () => {
    const store = temporaryStore()
    const writer = store.writer()
    writer.setItem(writer.item('i1'), { advertiser: writer.advertiser('a1'), price: 12.5 })
    writer.setItem(writer.item('i2'), { advertiser: writer.advertiser('a2') })
    writer.commit()
    expect(derivedText(deriveAds(store), 80)).toEqual([
      '4 ads of 4 campaigns derived from the catalog: 2 standard, 2 shopping; 4 new',
      'ads, 4 new campaigns.',
      "Bids for an action: 5 % of the median price of the advertiser's items (1",
      'advertiser).',
      "1 advertiser without prices: 5 % of the catalog's median price, 12.50.",
    ])
    const list = adListText(listAds(store, { limit: 10 }), 80)
    expect(list.join(' ')).toContain(
      'They are derived from the catalog (adseq ads derive): no advertiser has made them',
    )
    expect(list[1]).toMatch(/derived$/)
    const page = adPageText(adPage(store, 'shopping:i1'), 80)
    expect(page).toContain('origin        derived from the catalog (adseq ads derive): no advertiser has')
  })

  test('of money: two decimals, below 1 what counts', () => {
    expect([0, 0.005, 0.0123456, 0.5, 0.125, 0.999, 1, 12.5, 1234567.891].map(money)).toEqual([
      '0.00',
      '0.005',
      '0.0123',
      '0.50',
      '0.125',
      '1.00',
      '1.00',
      '12.50',
      '1,234,567.89',
    ])
  })
})
