import { describe, expect, it } from 'vitest'
import { categoryOf, makeCatalog, titles } from '../../../src/events/world/catalog.js'
import { advertiserName } from '../../../src/events/world/names.js'
import { PRESETS } from '../../../src/events/world/presets.js'
import { THEMES, TRAIL_LENGTH } from '../../../src/events/world/themes.js'

const knobs = PRESETS.tutorial
const catalog = makeCatalog(knobs, 1)

/** Slope of log y over log x by least squares. */
function slope(xs: number[], ys: number[]): number {
  const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length
  const [x, y] = [xs.map(Math.log), ys.map(Math.log)]
  const [mx, my] = [mean(x), mean(y)]
  return x.reduce((sum, v, i) => sum + (v - mx) * (y[i] - my), 0) / x.reduce((sum, v) => sum + (v - mx) ** 2, 0)
}

describe('catalog', () => {
  it('is a function of knobs and seed', () => {
    expect(makeCatalog(knobs, 1)).toEqual(catalog)
    expect(makeCatalog(knobs, 2).itemPrice).not.toEqual(catalog.itemPrice)
  })

  it('gives every advertiser an item and every category some', () => {
    expect(new Set(catalog.itemAdvertiser).size).toBe(knobs.advertisers)
    for (let c = 0; c < catalog.categories; c++)
      expect(catalog.categoryStart[c + 1] - catalog.categoryStart[c]).toBeGreaterThanOrEqual(5)
  })

  it('orders items by category, then advertiser', () => {
    for (let i = 1; i < catalog.items; i++) {
      const step = catalog.itemCategory[i] - catalog.itemCategory[i - 1]
      expect(step > 0 || (step === 0 && catalog.itemAdvertiser[i] >= catalog.itemAdvertiser[i - 1])).toBe(true)
    }
  })

  it('splits offsite popularity by a Zipf law of the given exponent, exactly', () => {
    const share = new Float64Array(knobs.advertisers)
    catalog.offsite.forEach((w, i) => (share[catalog.itemAdvertiser[i]] += w))
    const ranks = Array.from(catalog.rank, (r) => r + 1)
    expect(slope(ranks, [...share])).toBeCloseTo(-knobs.advertiserConcentration, 6)
    expect(share.reduce((a, b) => a + b)).toBeCloseTo(1, 9)
  })

  it("splits an advertiser's share over their items by a Zipf law of exponent popularitySkew, exactly", () => {
    const largest = catalog.rank.indexOf(0)
    const weights = [...catalog.offsite].filter((_, i) => catalog.itemAdvertiser[i] === largest).sort((a, b) => b - a)
    expect(
      slope(
        weights.map((_, r) => r + 1),
        weights,
      ),
    ).toBeCloseTo(-knobs.popularitySkew, 6)
  })

  it('pairs every category with a complement of another theme, each with one', () => {
    expect(new Set(catalog.complement).size).toBe(catalog.categories)
    catalog.complement.forEach((other, c) =>
      expect(Math.floor(other / TRAIL_LENGTH)).not.toBe(Math.floor(c / TRAIL_LENGTH)),
    )
    expect([...makeCatalog({ ...knobs, themes: 1 }, 1).complement]).toEqual(Array(TRAIL_LENGTH).fill(-1))
  })

  it('makes large assortments for popular advertisers', () => {
    const sizes = new Int32Array(knobs.advertisers)
    for (const a of catalog.itemAdvertiser) sizes[a]++
    const largest = catalog.rank.indexOf(0)
    const smallest = catalog.rank.indexOf(knobs.advertisers - 1)
    expect(sizes[largest]).toBeGreaterThan(20 * sizes[smallest])
  })

  it('has readable titles that name the advertiser and the category', () => {
    const all = [...titles(catalog, 1)]
    expect(all).toHaveLength(catalog.items)
    for (const i of [0, 1999, 2999]) {
      expect(all[i]).toContain(categoryOf(catalog.itemCategory[i]).noun)
      expect(all[i].split(' ')[0]).toBe(advertiserName(1, catalog.itemAdvertiser[i]).split(' ')[0])
    }
    expect(new Set(all).size).toBeGreaterThan(0.97 * all.length)
  })

  it('names up to 1,408 advertisers apart', () => {
    expect(new Set(Array.from({ length: 1408 }, (_, a) => advertiserName(3, a))).size).toBe(1408)
    expect(advertiserName(3, 1408)).toBe(`${advertiserName(3, 0)} 2`)
  })

  it('launches about 30 % of the items during the span, and the head of every category before it', () => {
    const later = catalog.itemLaunch.filter((t) => t >= knobs.start).length / catalog.items
    // 0.3 of all but 120 heads, binomial deviation 0.007
    expect(later).toBeGreaterThan(0.26)
    expect(later).toBeLessThan(0.32)
    for (const item of catalog.head) expect(catalog.itemLaunch[item]).toBeLessThan(knobs.start)
  })

  it('prices dear tiers above cheap ones', () => {
    const mean = (tier: number): number => {
      const relative = [...catalog.itemPrice].filter((_, i) => catalog.itemTier[i] === tier).length
      return (
        [...catalog.itemPrice].reduce(
          (sum, price, i) =>
            sum + (catalog.itemTier[i] === tier ? price / categoryOf(catalog.itemCategory[i]).price : 0),
          0,
        ) / relative
      )
    }
    expect(mean(0)).toBeLessThan(0.7)
    expect(mean(1)).toBeCloseTo(1, 1)
    expect(mean(2)).toBeGreaterThan(1.7)
  })
})

describe('themes', () => {
  it('have trails of one length and category paths of three levels, each once', () => {
    const paths = THEMES.flatMap((theme) => theme.trail.map((category) => category.path))
    for (const theme of THEMES) expect(theme.trail).toHaveLength(TRAIL_LENGTH)
    for (const path of paths) expect(path.split('/')).toHaveLength(3)
    expect(new Set(paths).size).toBe(paths.length)
  })
})
