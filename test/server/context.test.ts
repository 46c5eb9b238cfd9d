import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import type { AdsAnswer } from '../../src/server/ads-answer.js'
import { serve } from '../../src/server/serve.js'
import { runAdseq } from '../e2e/run-adseq.js'
import { publishedOnce } from './published.js'

const plain = publishedOnce()
const contextual = publishedOnce(
  'model.context=true',
  // one validation, so that all steps are taken
  'train.steps=200',
  'train.validateEvery=200',
  'train.refit=false',
  'train.rows=64',
  'train.learningRate=0.01',
)

type Answer = AdsAnswer & { status: number; error?: { code: string; message: string; hint: string } }

/** Asks a server that is started for a folder, over a socket. */
async function asking({ copy, atEnd }: typeof plain): Promise<(context?: object) => Promise<Answer>> {
  const folder = copy()
  const { url, close } = await serve({ folder, config: loadConfig(folder, { set: ['serve.port=0'], env: {} }) })
  atEnd(close)
  return async (context) => {
    const response = await fetch(`${url}/v1/ads`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: 'u7', k: 100, trace: true, ...(context && { context }) }),
    })
    return { status: response.status, ...((await response.json()) as AdsAnswer) }
  }
}

/** What the item model found, best first. */
const found = ({ ads }: Answer): { item: number; score: number }[] =>
  ads
    .flatMap(({ item, sources }) => {
      const source = sources.find(({ generator }) => generator === 'item-model')
      return source && item ? [{ item: Number(item.slice(1)), ...source }] : []
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ item, score }) => ({ item, score }))

describe('POST /v1/ads in a context', () => {
  it('searches with the vector in context: more of what is searched, and the trace tells it', async () => {
    const ads = await asking(contextual)
    const none = await ads()
    // own history and popularity add alike to both, so that scores differ by the cosines alone
    const before = new Map(found(none).map(({ item, score }) => [item, score]))
    const mean = (values: number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length
    const answers = [await ads({ search: 'C0' }), await ads({ search: 'c1' }), await ads({ search: 'c2' })]
    // item n is of the category c(n % 3): what its search gives it more than it gives the others
    const lifts = answers.map((answer, c) => {
      const gains = found(answer).flatMap(({ item, score }) =>
        before.has(item) ? [{ own: item % 3 === c, gain: score - before.get(item)! }] : [],
      )
      const [own, others] = [true, false].map((is) => gains.filter((one) => one.own === is).map(({ gain }) => gain))
      return mean(own) - mean(others)
    })
    expect(mean(lifts), lifts.join(' ')).toBeGreaterThan(0.01)
    const searched = answers[1]
    expect([none.status, searched.status]).toEqual([200, 200])
    expect(none.trace!.context).toBeUndefined()
    expect(searched.trace!.context).toMatchObject({ used: true, search: { category: 'c1' } })
    const [page, words] = [await ads({ item: 'i4' }), await ads({ search: 'thing from beyond', price: 5 })]
    expect(page.trace!.context).toMatchObject({ used: true, item: 'i4' })
    expect(words.trace!.context).toMatchObject({
      used: true,
      search: { words: ['thing'], unknown: ['from', 'beyond'] },
      price: 5,
    })
    expect(found(page)).not.toEqual(found(none))
  })

  it('is answered as before where nothing of the context is known, or none is given', async () => {
    const ads = await asking(contextual)
    const none = await ads()
    const unknown = await ads({ search: 'nowhere', item: 'i999' })
    expect(unknown.trace!.context).toMatchObject({ used: false, search: { unknown: ['nowhere'] }, item: null })
    expect(found(unknown)).toEqual(found(none))
    // where and when is no context of the model
    expect(found(await ads({ country: 'DE', time: none.provenance.time }))).toEqual(found(none))
  })

  it('is told apart by a generation that cannot read one', async () => {
    const ads = await asking(plain)
    expect((await ads()).status).toBe(200)
    const { status, error } = await ads({ search: 'c1' })
    expect([status, error!.code]).toEqual([409, 'model_without_context'])
    expect(error!.message).toMatch(/^Run item-\S+ was trained without context/)
  })

  it('is shown by adseq explain and adseq try', async () => {
    const folder = contextual.copy()
    const explained = await runAdseq(['explain', 'u7', '--search', 'c1', '--page-item', 'i4', '--workspace', folder])
    expect(explained.stdout).toContain('In context: search for the category c1, page of i4')
    const tried = await runAdseq(['try', '--user', 'u7', '--context', 'search=c1', '--json', '--workspace', folder])
    interface Side {
      label: string
      items: { score: number }[]
    }
    const { before, after } = JSON.parse(tried.stdout) as { before: Side; after: Side }
    expect([before.label, after.label]).toEqual(['user u7', 'user u7, searching c1'])
    expect(after.items.map(({ score }) => score)).not.toEqual(before.items.map(({ score }) => score))
  })
})
