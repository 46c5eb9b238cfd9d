import type { AdFate, ContextTrace, GeneratorTrace } from '../funnel/trace.js'
import { count, plural, short } from '../text/numbers.js'
import { tableLines, type Column } from '../text/table.js'
import { wrap } from '../text/width.js'
import type { AnsweredAd } from './ads-answer.js'
import type { Explanation } from './explain.js'

export const GENERATORS: Column<GeneratorTrace>[] = [
  { head: 'generator', value: (g) => g.generator, min: 10 },
  { head: 'finds', value: (g) => (g.level === 'item' ? 'items' : 'advertisers'), drop: 2 },
  { head: 'state', value: (g) => g.state, drop: 3 },
  { head: 'searched', value: (g) => count(g.searched), align: 'right', drop: 1 },
  { head: 'ads', value: (g) => count(g.returned), align: 'right' },
  { head: 'kept', value: (g) => count(g.kept), align: 'right' },
  { head: 'handed on', value: (g) => count(g.handedOn), align: 'right' },
  { head: 'ms', value: (g) => short(g.ms, 2), align: 'right' },
]

/** Three digits that count. */
export const digits = (x: number): string => (x !== 0 && Math.abs(x) < 1e-3 ? x.toExponential(2) : x.toPrecision(3))

const ADS: Column<AnsweredAd & { place: number }>[] = [
  { head: '#', value: (a) => String(a.place), align: 'right' },
  { head: 'ad', value: (a) => a.ad, min: 8, max: 30, weight: 8 },
  { head: 'title', value: (a) => a.title ?? '-', min: 10, max: 40, weight: 2 },
  { head: 'advertiser', value: (a) => a.advertiserName ?? a.advertiser ?? '-', min: 6, max: 20, drop: 2 },
  { head: 'score', value: (a) => digits(a.score), align: 'right' },
  { head: 'found by', value: foundBy, min: 18, max: 60 },
]

/** The generator that ranked it highest first. */
export function foundBy({ sources }: Pick<AnsweredAd, 'sources'>): string {
  const [best, ...others] = [...sources].sort((a, b) => a.rank - b.rank)
  const more = others.length > 0 ? ` +${others.length}` : ''
  return best ? `${best.generator} ${best.rank}${more}` : '-'
}

/** What the columns of FATE are. */
const FATE_WORDS =
  'its place = where the generator ranks it; brings = places that it brings at most; needed = the score of the last one ' +
  'that it brought.'

export const FATE: Column<AdFate['generators'][number]>[] = [
  { head: 'generator', value: (g) => g.generator, min: 10 },
  { head: 'its place', value: (g) => (g.rank === null ? 'unknown to it' : count(g.rank)), align: 'right' },
  { head: 'brings', value: (g) => count(g.limit), align: 'right' },
  { head: 'score', value: (g) => (g.score === null ? '-' : digits(g.score)), align: 'right' },
  { head: 'needed', value: (g) => (g.needed === null ? '-' : digits(g.needed)), align: 'right', drop: 1 },
  { head: 'found', value: (g) => (g.found ? 'yes' : 'no') },
]

/** An explanation as lines of at most `width` columns. */
export function explanationText({ user, answer, closed, fate }: Explanation, width: number, ad?: string): string[] {
  const { provenance, ads, trace } = answer
  const { context, inventory, generators, union, ranking, blend } = trace!
  const dropped = Object.entries(blend.dropped).map(([why, n]) => `${why} ${count(n)}`)
  const shut = Object.entries(closed)
    .sort((a, b) => b[1] - a[1])
    .map(([why, n]) => `${why} ${count(n)}`)
  const say = (text: string): string[] => wrap(text, width)
  return [
    ...say(
      `User ${user} at ${provenance.time}, generation ${provenance.generation}: ${count(inventory.open)} of ` +
        `${plural(inventory.ads, 'ad')} may be shown there and then` +
        `${provenance.derived ? ' (ads made from the catalog, not by advertisers)' : ''}.` +
        (shut.length > 0 ? ` The others: ${shut.join(', ')}.` : ''),
    ),
    ...(context ? say(contextText(context)) : []),
    '',
    ...tableLines(GENERATORS, generators, width),
    '',
    ...say(
      'searched = entries looked at for ads that may be shown; ads = what it brought; kept = within its quota; handed on ' +
        '= among the ads below.',
    ),
    '',
    ...say(
      `Together they found ${plural(union, 'ad')}, ordered by ` +
        `${ranking.by === 'l1' ? 'the light ranker' : 'fused ranks'}. ${count(blend.kept)} were within the quotas, ` +
        `and ${count(blend.handedOn)} are handed on${dropped.length > 0 ? `; left out: ${dropped.join(', ')}` : ''}.`,
    ),
    ...(answer.note ? say(answer.note) : []),
    ...(ads.length > 0
      ? [
          '',
          ...tableLines(
            ADS,
            ads.map((one, i) => ({ ...one, place: i + 1 })),
            width,
          ),
        ]
      : []),
    ...(fate
      ? [
          '',
          ...say(`Ad ${ad}: ${fate.verdict}`),
          '',
          ...tableLines(FATE, fate.generators, width),
          '',
          ...say(FATE_WORDS),
        ]
      : []),
  ]
}

/** What was understood of a context, in one sentence. */
function contextText({ used, search, item, price }: ContextTrace): string {
  const { category, words = [], unknown = [] } = search ?? {}
  const known = [
    ...(category ? [`search for the category ${category}`] : []),
    ...(words.length > 0 ? [`search for the words ${words.join(' ')}`] : []),
    ...(item ? [`page of ${item}`] : []),
    ...(price === undefined ? [] : [`price about ${price}`]),
  ]
  const left = [...unknown, ...(item === null ? ['the item of the page'] : [])]
  const told = used ? `In context: ${known.join(', ')}.` : 'Nothing of the context is known, so that it is not used.'
  return left.length > 0 ? `${told} Unknown: ${left.join(', ')}.` : told
}
