import { GAP, columnWidths, columns } from '../text/table.js'
import type { Aspect, Shares } from './agreement.js'
import type { ListsReport } from './lists.js'
import type { EntryCard, SampleNames } from './sample-names.js'
import type { Sample, SampleResult } from './samples.js'
import { share, count } from '../text/numbers.js'
import { day } from '../text/moments.js'
import { printable } from '../text/width.js'

/** Reasons told for a result. */
const TOLD = 2

/** Samples as plain lines; what was bought next is marked with *, what the user knew before with o. */
export function samplesText(samples: readonly Sample[], names: SampleNames): string {
  return samples
    .map((sample) => {
      const hits = sample.results.filter(({ boughtNext }) => boughtNext).length
      const history = sample.history.map(
        ({ id, type, time }) => `    ${day(time)}  ${type.padEnd(11)}  ${id < 0 ? '(no item)' : names.entry(id)}`,
      )
      const results = sample.results.flatMap((result, i) => [
        `  ${result.boughtNext ? '*' : ' '}${result.known ? 'o' : ' '}${String(i + 1).padStart(3)}  ` +
          `${names.entry(result.id)}`,
        ...reasons(result, i + 1, sample, names),
      ])
      return [
        `User ${names.user(sample.user)}: ${sample.historyEvents} events, the latest ${sample.history.length}:`,
        ...history,
        `  ${sample.recommender} retrieves (* bought next, ${hits} of ${sample.next}; o known to the user before):`,
        ...results,
        `  ${agreementLine(sample)}`,
      ].join('\n')
    })
    .join('\n\n')
}

/** "pulled by its own 3 events (without: place 57, -0.213), 2x BREAD (without: same place, -0.010)" */
function reasons({ id, why }: SampleResult, rank: number, sample: Sample, names: SampleNames): string[] {
  if (!why) return []
  const told = why
    .slice(0, TOLD)
    .filter((one, i) => i === 0 || one.rankWithout !== rank)
    .map(({ group, pull, rankWithout }) => {
      const { item, advertiser, events } = sample.groups[group]
      const name = item >= 0 ? titleOf(names.item(item)) : titleOf(names.advertiser(advertiser))
      const times =
        item === id && sample.level === 'item'
          ? `its own ${events === 1 ? 'event' : `${events} events`}`
          : `${events > 1 ? `${events}x ` : ''}${name}`
      return `${times} (without: ${rankWithout === rank ? 'same place' : `place ${rankWithout}`}, -${pull.toFixed(3)})`
    })
  return [`         ${told.length > 0 ? `pulled by ${told.join(', ')}` : 'pulled by no event'}`]
}

export const titleOf = ({ title, externalId }: EntryCard): string => printable(title ?? externalId)

export const ASPECT_NAMES: Record<Aspect, { one: string; many: string }> = {
  category: { one: 'category', many: 'categories' },
  topCategory: { one: 'top category', many: 'top categories' },
  advertiser: { one: 'advertiser', many: 'advertisers' },
}

/** "Of the results, 9 of 10 are of categories in the history and 7 of categories bought next; ..." */
function agreementLine({ agreement: { inHistory, inBought }, results }: Sample): string {
  const told = (Object.keys(inHistory) as Aspect[]).map((aspect) => {
    const n = (shares: Shares): string => String(Math.round((shares[aspect] ?? 0) * results.length))
    return `${ASPECT_NAMES[aspect].one} ${n(inHistory)} and ${n(inBought)}`
  })
  return `Of ${results.length} results share with the history, and with what was bought next: ${told.join(', ')}.`
}

const HEADS: Record<Aspect, string> = { category: 'categ.', topCategory: 'top', advertiser: 'adv.' }

/** Mean agreement of all users' results, retriever by retriever, as plain lines of less than 80 columns. */
export function agreementText({ at, users, bought, rows }: ListsReport): string {
  const aspects = Object.keys(bought.inHistory) as Aspect[]
  if (aspects.length === 0) return ''
  const heads = aspects.map((aspect) => HEADS[aspect])
  const shares = (of: Shares): string[] => aspects.map((aspect) => share(of[aspect]!))
  const cells = [
    ...rows.map(({ name, inHistory, inBought }) => [name, ...shares(inHistory), '', ...shares(inBought)]),
    ['what was bought', ...shares(bought.inHistory)],
  ]
  const table = [['', ...heads, '', ...heads], ...cells]
  const widths = columnWidths(table)
  const second = widths.slice(0, aspects.length + 2).reduce((a, b) => a + b + GAP, 0)
  return [
    `Agreement: share of a user's ${at} results whose category (the deepest, and the top`,
    `level of the path) or advertiser is in the history, and among what was bought`,
    `next; means over ${count(users)} users.`,
    '',
    `${' '.repeat(widths[0])}  in the history`.padEnd(second) + 'in purchases',
    ...columns(table),
  ].join('\n')
}

/** Samples with names in the place of indices, for --json. */
export function namedSamples(samples: readonly Sample[], names: SampleNames): unknown[] {
  const named = <T extends { id: number }>({ id, ...rest }: T): object => ({
    name: id < 0 ? null : names.entry(id),
    ...(id < 0 ? {} : names.card(id)),
    ...rest,
  })
  return samples.map(({ groups, ...sample }) => ({
    ...sample,
    user: names.user(sample.user),
    history: sample.history.map(named),
    bought: sample.bought.map(named),
    results: sample.results.map(({ why, ...result }) => ({
      ...named(result),
      ...(why && {
        why: why.map(({ group, ...pull }) => {
          const { item, advertiser, ...about } = groups[group]
          return {
            ...pull,
            ...about,
            item: item < 0 ? null : names.item(item).externalId,
            title: item < 0 ? null : names.item(item).title,
            advertiser: item >= 0 ? names.item(item).advertiser : names.advertiser(advertiser).externalId,
          }
        }),
      }),
    })),
  }))
}
