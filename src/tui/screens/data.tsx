import { Box, Text } from 'ink'
import { useEffect, type ReactNode } from 'react'
import type { DataView } from '../../inspect/data.js'
import { dataText } from '../../inspect/text/data-text.js'
import { day } from '../../text/moments.js'
import { count, plural, share, short } from '../../text/numbers.js'
import { fit, textWidth, wrap } from '../../text/width.js'
import { Chart } from '../chart-view.js'
import { Headline, headlineRows } from '../frame.js'
import { Bar } from '../progress-line.js'
import type { Screen, ScreenProps } from '../screen.js'
import { useAnswer } from '../use-answer.js'
import { rowsOf, useScreenKeys, within } from '../use-keys.js'
import { useLive } from '../use-live.js'

interface State {
  /** all in words, instead of pictures */
  words: boolean
  scroll: number
}

/** What the log is like: counts, steps to a purchase, time, lengths of histories, popularity. */
function Data({ sources: { lookup }, width, height, seen, onKeys }: ScreenProps): ReactNode {
  const [answer, ask] = useAnswer<DataView>()
  const { state, now, change } = useLive<State>({ words: false, scroll: 0 })
  const view = answer.value
  const lines = view ? dataText(view).flatMap((line) => (textWidth(line) > width ? wrap(line, width) : line)) : []
  useEffect(() => {
    if (seen) ask('counting the events…', () => lookup.data())
  }, [seen, ask, lookup])
  useScreenKeys(onKeys, (input, key) => {
    const { words, scroll } = now()
    if (key.return) change({ words: !words, scroll: 0 })
    else if (input === 'r') ask('counting the events anew…', () => lookup.renew().then(() => lookup.data()))
    else if (words) change({ scroll: within(scroll + rowsOf(input, key), lines.length) })
  })
  const body = height - headlineRows(answer)
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Headline answer={answer}>
        <Text bold wrap="truncate-end">
          {view ? `${plural(view.events, 'event')} of ${plural(view.users, 'user')}` : ' '}
          <Text bold={false} dimColor>
            {view && view.first !== null && view.last !== null ? `  ${day(view.first)} to ${day(view.last)}` : ''}
          </Text>
        </Text>
      </Headline>
      {view === undefined ? null : state.words || view.events === 0 ? (
        lines.slice(state.scroll, state.scroll + body).map((line, i) => (
          <Text key={i} wrap="truncate-end">
            {line === '' ? ' ' : line}
          </Text>
        ))
      ) : (
        <Pictures view={view} width={width} height={body} />
      )}
    </Box>
  )
}

function Pictures({ view, width, height }: { view: DataView; width: number; height: number }): ReactNode {
  const left = Math.floor((width - 3) / 2)
  const right = width - 3 - left
  const above = Math.ceil(height / 2)
  const below = height - above
  return (
    <Box gap={3}>
      <Box flexDirection="column" width={left}>
        <Box flexDirection="column" height={above} overflow="hidden">
          <Bars title="EVENTS" rows={eventRows(view)} width={left} height={above} />
        </Box>
        <Bars title="EVENTS OF A USER" note="users" rows={lengthRows(view, below - 1)} width={left} height={below} />
      </Box>
      <Box flexDirection="column" width={right}>
        <Chart
          title="EVENTS A DAY"
          empty="no event"
          series={[{ mark: '●', points: view.perDay.map((y, x) => ({ x, y })) }]}
          width={right}
          height={above}
          label={(y) => (y >= 1000 ? `${short(y / 1000)}k` : count(y))}
          yMin={0}
          unit="days"
        />
        <Bars title="CONVERSIONS" note="of the best selling" rows={sellingRows(view)} width={right} height={below} />
      </Box>
    </Box>
  )
}

interface BarRow {
  label: string
  /** of 1: how far the bar goes */
  share: number
  says: string
}

function Bars({
  title,
  note = '',
  rows,
  width,
  height,
}: {
  title: string
  note?: string
  rows: readonly BarRow[]
  width: number
  height: number
}): ReactNode {
  const label = Math.max(0, ...rows.map((row) => row.label.length))
  const says = Math.max(0, ...rows.map((row) => row.says.length))
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      <Text bold wrap="truncate-end">
        {title}
        <Text bold={false} dimColor>
          {note === '' ? '' : `  ${note}`}
        </Text>
      </Text>
      {rows.slice(0, height - 1).map((row) => (
        <Box key={row.label} gap={1}>
          <Text dimColor>{fit(row.label, label)}</Text>
          <Bar done={row.share} total={1} width={Math.max(3, width - label - says - 2)} />
          <Text>{fit(row.says, says, 'right')}</Text>
        </Box>
      ))}
    </Box>
  )
}

/** Types of events, then how many of what was seen is bought. */
function eventRows({ byType, events, steps }: DataView): BarRow[] {
  return [
    ...Object.entries(byType).map(([type, n]) => ({ label: type, share: n / events, says: count(n) })),
    ...steps.map(({ from, to, share: part }) => ({
      label: `${STEP_WORDS[from] ?? from} to ${STEP_WORDS[to] ?? to}`,
      share: part,
      says: share(part),
    })),
  ]
}

/** What fits beside a bar. */
const STEP_WORDS: Record<string, string> = { viewed: 'view', 'put in the cart': 'cart', bought: 'purchase' }

/** Bands of lengths, two joined to one until they fit. */
function lengthRows({ lengths }: DataView, rows: number): BarRow[] {
  let bands = lengths
  while (bands.length > Math.max(1, rows))
    bands = bands.flatMap((band, i) =>
      i % 2 === 0 ? [{ from: band.from, users: band.users + (bands[i + 1]?.users ?? 0) }] : [],
    )
  const most = Math.max(1, ...bands.map(({ users }) => users))
  return bands.map(({ from, users }, i) => {
    const next = bands[i + 1]?.from
    const label =
      next === undefined
        ? `${count(from)} or more`
        : next - 1 === from
          ? count(from)
          : `${count(from)} to ${count(next - 1)}`
    return { label, share: users / most, says: count(users) }
  })
}

const sellingRows = ({ bestSelling }: DataView): BarRow[] =>
  bestSelling.map(({ items, share: part }) => ({ label: plural(items, 'item'), share: part, says: share(part) }))

export const dataScreen: Screen = {
  name: 'Data',
  keys: [
    ['r', 'read anew'],
    ['enter', 'in words'],
  ],
  help: [
    ['enter', 'pictures, or all in words, with what is hard to beat here'],
    ['↑ ↓ j k pgup pgdn', 'scroll the words'],
    ['r', 'read the data anew, where events have come since'],
    ['view to cart', 'of pairs of user and item that were viewed, the share put in the cart later'],
  ],
  View: Data,
}
