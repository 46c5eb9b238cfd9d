import { Box, Text } from 'ink'
import { useEffect, type ReactNode } from 'react'
import type { Found } from '../../inspect/lookup.js'
import {
  BEST_COLUMNS,
  BUYER_COLUMNS,
  CATEGORY_COLUMNS,
  NEAREST_ADVERTISERS,
  activityLines,
  neighbourColumns,
} from '../../inspect/text/entry-text.js'
import { sellerOf } from '../../inspect/text/words.js'
import type { AdvertiserView, ItemView } from '../../inspect/types.js'
import { plural, price } from '../../text/numbers.js'
import type { Column } from '../../text/table.js'
import { Headline, PaneTitle, Rule, headlineRows } from '../frame.js'
import { PromptLine, usePrompt } from '../prompt.js'
import type { Screen, ScreenProps } from '../screen.js'
import { TableView } from '../table-view.js'
import { useAnswer } from '../use-answer.js'
import { panesOf, rowsOf, useScreenKeys, within } from '../use-keys.js'
import { useLive } from '../use-live.js'

type Kind = 'item' | 'advertiser'

/** What a row leads to. */
interface Target {
  kind: Kind | 'user'
  id: string
}

type Page =
  { kind: 'item'; view: ItemView } | { kind: 'advertiser'; view: AdvertiserView } | { kind: 'found'; view: Found }

interface State {
  pane: number
  /** rows under the cursor, by pane */
  cursors: readonly number[]
  /** the pages before this one, the last one last; a search is a page, too */
  trail: readonly Place[]
}

type Place = { words: string } | Target

/** So many columns show panes side by side; fewer show one at a time. */
const WIDE = 120

/** Items and advertisers: found by words, with what is near them, who sells them and who bought them. */
function Items({ sources, width, height, seen, onKeys, typing, at, go }: ScreenProps): ReactNode {
  const { lookup, through } = sources
  const [answer, ask] = useAnswer<Page>()
  const { state, now, change } = useLive<State>({ pane: 0, cursors: [], trail: [] })
  const panes = answer.value ? panesOfPage(answer.value) : []

  const load = async (place: Place): Promise<Page> => {
    if ('words' in place)
      return { kind: 'found', view: await lookup.find(place.words.split(/\s+/).filter((word) => word !== '')) }
    return place.kind === 'item'
      ? { kind: 'item', view: await lookup.item(place.id, through) }
      : { kind: 'advertiser', view: await lookup.advertiser(place.id, through) }
  }
  const show = (place: Place, trail: readonly Place[]): void => {
    change({ pane: 0, cursors: [], trail: [...trail, place] })
    ask('words' in place ? 'searching…' : `looking up ${place.kind} ${place.id}…`, () => load(place))
  }
  const open = (target: Target): void => {
    if (target.kind === 'user') go('Users', { user: target.id })
    else show(target, now().trail)
  }
  const search = (words: string): void => show({ words }, [])
  const prompt = usePrompt(typing, () => undefined, search)
  useEffect(() => {
    if (!seen) return
    if (at.item === undefined) {
      if (now().trail.length === 0) search('')
    } else show({ kind: 'item', id: at.item }, now().trail)
  }, [seen, at])

  useScreenKeys(onKeys, (input, key) => {
    if (prompt.took(input, key)) return
    const { pane, cursors, trail } = now()
    const rows = panes[pane]?.rows ?? []
    const step = rowsOf(input, key)
    const turn = panesOf(input, key)
    const cursor = cursors[pane] ?? 0
    if (input === '/') prompt.open()
    else if ((key.backspace || key.delete || key.escape) && trail.length > 1) show(trail.at(-2)!, trail.slice(0, -2))
    else if (panes.length === 0) return
    else if (step !== 0)
      change({ cursors: panes.map((_, p) => (p === pane ? within(cursor + step, rows.length) : (cursors[p] ?? 0))) })
    else if (turn !== 0) change({ pane: (pane + turn + panes.length) % panes.length })
    else if (key.return && rows[cursor] !== undefined) {
      const target = panes[pane].opens(rows[cursor])
      if (target) open(target)
    } else if (input === 'a' && answer.value?.kind === 'item' && answer.value.view.advertiser !== null)
      open({ kind: 'advertiser', id: answer.value.view.advertiser })
  })

  const asking = typing.on()
  const facts = answer.value ? factsOf(answer.value) : []
  const head = (asking ? 1 : headlineRows(answer)) + facts.length + 1
  return (
    <Box flexDirection="column" width={width} height={height}>
      {asking ? (
        <PromptLine label="search:" text={prompt.text} hint="words of a title or name, or an id; enter leaves" />
      ) : (
        <Headline answer={answer}>
          <Title page={answer.value} trail={state.trail} />
        </Headline>
      )}
      {facts.map((line, i) => (
        <Text key={i} dimColor wrap="truncate-end">
          {line}
        </Text>
      ))}
      <Rule width={width} />
      <Panes panes={panes} state={state} width={width} height={height - head} />
    </Box>
  )
}

function Title({ page, trail }: { page: Page | undefined; trail: readonly Place[] }): ReactNode {
  if (page === undefined) return <Text> </Text>
  const place = trail.at(-1)
  const words = place && 'words' in place ? place.words : ''
  const [name, more] =
    page.kind === 'found'
      ? [words === '' ? 'The catalog, in order of import' : `What fits “${words}”`, '/ searches']
      : page.kind === 'item'
        ? [page.view.title ?? `item ${page.view.item}`, `item ${page.view.item}`]
        : [page.view.advertiserName ?? `advertiser ${page.view.advertiser}`, `advertiser ${page.view.advertiser}`]
  return (
    <Text bold wrap="truncate-end">
      {name}
      <Text bold={false} dimColor>
        {'  '}
        {more}
      </Text>
    </Text>
  )
}

/** What is said of it above its lists. */
function factsOf(page: Page): string[] {
  if (page.kind === 'found') return []
  if (page.kind === 'advertiser') {
    const { items, medianPrice, activity } = page.view
    return [
      `${plural(items, 'item')}` + (medianPrice === null ? '' : `, median price ${price(medianPrice)}`),
      ...activityLines(activity, 'advertisers'),
    ]
  }
  return [
    `${sellerOf(page.view) || 'no advertiser'} · ${page.view.category ?? 'no category'} · ` +
      `${price(page.view.price) || 'no price'}`,
    ...activityLines(page.view.activity, 'items'),
  ]
}

interface Pane<T> {
  title: string
  columns: Column<T>[]
  rows: readonly T[]
  /** said where there are none */
  empty: string
  opens: (row: T) => Target | undefined
}

/** A pane among others, each with rows of its own. */
const pane = <T,>(made: Pane<T>): Pane<unknown> => made as unknown as Pane<unknown>
const idOf = (kind: Target['kind'], id: string | null): Target | undefined => (id === null ? undefined : { kind, id })

function panesOfPage(page: Page): Pane<unknown>[] {
  if (page.kind === 'found') {
    const columns: Column<{ id: string; text: string | null }>[] = [
      { head: 'id', value: ({ id }) => id, max: 24 },
      { head: 'title', value: ({ text }) => text ?? '', min: 12 },
    ]
    const of = (kind: Kind, title: string, rows: { id: string; text: string | null }[]): Pane<unknown> =>
      pane({ title, columns, rows, empty: 'nothing', opens: ({ id }) => ({ kind, id }) })
    return [of('item', 'ITEMS', page.view.items), of('advertiser', 'ADVERTISERS', page.view.advertisers)]
  }
  if (page.kind === 'item') {
    const { nearest, nearestInGraph, buyers, itemRun } = page.view
    return [
      pane({
        title: 'NEAREST BY THE MODEL',
        columns: neighbourColumns('graph'),
        rows: nearest,
        empty: itemRun === null ? 'no trained model: adseq train item' : 'none',
        opens: ({ item }) => idOf('item', item),
      }),
      pane({
        title: 'NEAREST IN THE GRAPH',
        columns: neighbourColumns('tower'),
        rows: nearestInGraph ?? [],
        empty: 'it has no graph vector',
        opens: ({ item }) => idOf('item', item),
      }),
      pane({
        title: 'WHO BOUGHT IT',
        columns: BUYER_COLUMNS,
        rows: buyers,
        empty: 'nobody yet',
        opens: ({ user }) => idOf('user', user),
      }),
    ]
  }
  const { topItems, nearest, categories, advertiserRun } = page.view
  return [
    pane({
      title: 'BEST ITEMS',
      columns: BEST_COLUMNS,
      rows: topItems,
      empty: 'none',
      opens: ({ item }) => idOf('item', item),
    }),
    pane({
      title: 'NEAREST ADVERTISERS',
      columns: NEAREST_ADVERTISERS,
      rows: nearest,
      empty: advertiserRun === null ? 'no trained model: adseq train advertiser' : 'none',
      opens: ({ advertiser }) => idOf('advertiser', advertiser),
    }),
    pane({
      title: 'CATEGORIES',
      columns: CATEGORY_COLUMNS,
      rows: categories,
      empty: 'unknown',
      opens: () => undefined,
    }),
  ]
}

/** Panes side by side, or the one with the cursor below the titles of all. */
function Panes({
  panes,
  state: { pane, cursors },
  width,
  height,
}: {
  panes: readonly Pane<unknown>[]
  state: State
  width: number
  height: number
}): ReactNode {
  if (panes.length === 0) return null
  const table = (p: number, wide: number): ReactNode => (
    <TableView
      columns={panes[p].columns}
      rows={panes[p].rows}
      width={wide}
      height={height - 1}
      cursor={cursors[p] ?? 0}
      focused={p === pane}
      empty={panes[p].empty}
    />
  )
  if (width < WIDE)
    return (
      <Box flexDirection="column" width={width}>
        <Box gap={2}>
          {panes.map(({ title }, p) => (
            <PaneTitle key={title} title={title} focused={p === pane} />
          ))}
        </Box>
        {table(pane, width)}
      </Box>
    )
  const wide = Math.floor((width - 2 * (panes.length - 1)) / panes.length)
  return (
    <Box gap={2}>
      {panes.map(({ title }, p) => (
        <Box key={title} flexDirection="column" width={wide}>
          <PaneTitle title={title} focused={p === pane} />
          {table(p, wide)}
        </Box>
      ))}
    </Box>
  )
}

export const itemsScreen: Screen = {
  name: 'Items',
  keys: [
    ['esc', 'back'],
    ['a', 'advertiser'],
    ['←→', 'list'],
    ['↑↓', 'row'],
    ['enter', 'open'],
    ['/', 'search'],
  ],
  help: [
    ['/', 'search items and advertisers by words of their title, name or id'],
    ['← → h l', 'move between the lists'],
    ['↑ ↓ j k pgup pgdn', 'move within one'],
    ['enter', 'open what the cursor is on: an item, an advertiser, a user'],
    ['a', 'open the advertiser of the item'],
    ['esc, backspace', 'back to the page before'],
    ['graph, tower', 'its place among the neighbours in the other space'],
  ],
  View: Items,
}
