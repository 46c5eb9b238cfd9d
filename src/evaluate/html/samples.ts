import type { EntryCard, SampleNames } from '../sample-names.js'
import type { Sample, SampleResult } from '../samples.js'
import { titleOf } from '../samples-text.js'
import { html, type Markup } from './markup.js'
import { count } from '../../text/numbers.js'
import { day } from '../../text/moments.js'

/** Purchases listed of a user, and reasons told for a result. */
const LISTED = 12
const TOLD = 2

/** One user: the latest events, what is retrieved, and what was bought next. */
export function sampleArticle(sample: Sample, names: SampleNames, windowDays: number): Markup {
  const hits = sample.results.filter(({ boughtNext }) => boughtNext).length
  const found = new Set(sample.results.map(({ id }) => id))
  const bought = [...sample.bought].sort((a, b) => Number(found.has(b.id)) - Number(found.has(a.id)))
  const more = bought.length - LISTED
  return html`<article class="sample"><h3>User ${names.user(sample.user)} <small>${count(sample.historyEvents)} events; ${count(sample.next)} distinct ${sample.level === 'item' ? 'items' : 'advertisers'} bought in the ${windowDays} days after, <b>${hits} of them among the ${sample.results.length} results</b></small></h3>
<div><h4>History, the latest ${sample.history.length}</h4><ol class="list dated">${sample.history.map(({ id, type, time }) => html`<li><span class="n">${day(time)}</span>${id < 0 ? html`<span>(no item)${type !== 'checkout' && html`<span class="about">${type}</span>`}</span>` : cardOf(names.card(id), type === 'checkout' ? '' : type.replaceAll('_', ' '))}</li>`)}</ol></div>
<div><h4>${sample.recommender} retrieves</h4><ol class="list">${sample.results.map((result, i) => resultRow(result, i + 1, sample, names))}</ol></div>
${bought.length > 0 && html`<div class="whole"><h4>Bought next</h4><p>${bought.slice(0, LISTED).map(({ id, conversions, known }, i) => html`${i > 0 && ' · '}${titleOf(names.card(id))}${conversions > 1 && ` ${conversions}×`}${found.has(id) && html` <span class="tag good">✓ retrieved</span>`}${!known && html` <span class="tag">new</span>`}`)}${more > 0 && html` · <span class="soft">and ${count(more)} more</span>`}</p></div>`}
</article>`
}

function resultRow(result: SampleResult, rank: number, sample: Sample, names: SampleNames): Markup {
  const tags = html`${result.boughtNext && html` <span class="tag good">✓ bought next</span>`}${result.known && html` <span class="tag">in the history</span>`}`
  return html`<li class="${result.boughtNext && 'hit'}"><span class="n">${rank}</span>${cardOf(names.card(result.id), '', tags, result.why && reasons(result, rank, sample, names))}</li>`
}

/** Title and price, and beneath it what else is known. */
function cardOf(card: EntryCard, event: string, tags?: Markup, below?: Markup): Markup {
  const { category, advertiser, price } = card
  const about = [event, category?.split('/').slice(-2).join(' / '), advertiser && `advertiser ${advertiser}`]
    .filter(Boolean)
    .join(' · ')
  return html`<span>${titleOf(card)}${tags}<span class="about">${about}</span>${below}</span><span class="price">${price === null ? '' : price.toFixed(2)}</span>`
}

/** "Pulled by its own 3 events (without them place 57) and by BREAD (place 4)" */
function reasons({ id, why = [] }: SampleResult, rank: number, sample: Sample, names: SampleNames): Markup {
  const told = why
    .slice(0, TOLD)
    .filter((one, i) => i === 0 || one.rankWithout !== rank)
    .map(({ group, rankWithout }, i) => {
      const { item, advertiser, events } = sample.groups[group]
      const own = item === id && sample.level === 'item'
      const name = own
        ? `its own ${events === 1 ? 'event' : `${count(events)} events`}`
        : `${events > 1 ? `${count(events)}× ` : ''}${titleOf(item >= 0 ? names.item(item) : names.advertiser(advertiser))}`
      return html`${i > 0 && ', then '}${name} (without: ${rankWithout === rank ? 'same place' : `place ${count(rankWithout)}`})`
    })
  return html`<span class="about">${told.length > 0 ? html`pulled by ${told}` : 'pulled by no single event'}</span>`
}
