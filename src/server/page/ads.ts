import type { Ad, Ads } from './api.js'
import { digits, h, price, to } from './dom.js'
import { moves, type Move } from './history.js'

/** The ads of an answer; beside each, where `before` is given, how it moved. */
export function adsView({ ads, note, ignored }: Ads, before?: Ads): HTMLElement {
  const ids = (of: Ads): string[] => of.ads.map(({ ad }) => ad)
  const { moved, gone } = before ? moves(ids(before), ids({ ads } as Ads)) : { moved: [], gone: [] }
  return h(
    'div',
    {},
    note && h('p', {}, note),
    ignored && h('p', { class: 'soft' }, `${ignored.length} events name something that the generation does not know.`),
    h('ol', { class: 'list' }, ...ads.map((ad, i) => row(ad, i + 1, moved[i]))),
    gone.length > 0 && h('p', { class: 'soft' }, `No longer among them: ${gone.join(', ')}.`),
  )
}

function row(ad: Ad, place: number, move: Move | undefined): HTMLElement {
  const sources = [...ad.sources].sort((a, b) => a.rank - b.rank)
  return h(
    'li',
    { class: move === 'new' ? 'new' : undefined },
    h('span', { class: 'n' }, place, move !== undefined && moveTag(move)),
    h(
      'span',
      {},
      ad.item === undefined ? h('span', {}, ad.title ?? ad.ad) : to('item', ad.item, ad.title ?? ad.ad),
      h(
        'small',
        {},
        `${ad.ad} · ${ad.kind} · `,
        ad.advertiser !== null && to('advertiser', ad.advertiser, ad.advertiserName),
        ad.price !== undefined && ` · ${price(ad.price)}`,
      ),
      h('small', {}, 'found by ', sources.map(({ generator, rank }) => `${generator} ${rank}`).join(', ')),
    ),
    h('span', { class: 'n', title: 'score' }, digits(ad.score)),
  )
}

function moveTag(move: Move): HTMLElement {
  const text = move === 'new' ? 'new' : move > 0 ? `↑${move}` : move < 0 ? `↓${-move}` : '='
  const words = move === 'new' ? 'new' : move > 0 ? `${move} up` : move < 0 ? `${-move} down` : 'unmoved'
  return h('span', { class: `tag ${move === 'new' || move > 0 ? 'up' : ''}`, 'aria-label': words }, text)
}
