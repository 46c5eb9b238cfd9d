import { Box, Text } from 'ink'
import { useEffect, type ReactNode } from 'react'
import { nextSummary } from '../../inspect/text/user-text.js'
import { cardLine } from '../../inspect/text/words.js'
import type { UserView } from '../../inspect/types.js'
import type { RunNames } from '../../runs/manifest.js'
import type { Through } from '../../inspect/lookup.js'
import { Headline, PaneTitle, Rule, headlineRows } from '../frame.js'
import { PromptLine, usePrompt } from '../prompt.js'
import type { Screen, ScreenProps } from '../screen.js'
import { TableView } from '../table-view.js'
import { theme } from '../theme.js'
import { useAnswer } from '../use-answer.js'
import { panesOf, rowsOf, useKeys, within } from '../use-keys.js'
import { useLive } from '../use-live.js'
import { advertiserColumns, historyColumns, itemColumns, nextColumns } from './users-columns.js'
import { plural } from '../../text/numbers.js'
import { day, minute } from '../../text/moments.js'

const PANES = ['history', 'retrieved', 'next'] as const
type Pane = (typeof PANES)[number]
type Level = 'items' | 'advertisers'

interface State {
  pane: Pane
  level: Level
  cursors: Record<Pane, number>
  /** seed of the next random user */
  draw: number
  /** who was asked for last */
  user: string | undefined
  /** chosen on the runs screen */
  runs: RunNames
}

const TOP: Record<Pane, number> = { history: 0, retrieved: 0, next: 0 }

/** A user's history beside what is retrieved for it, and below what was really bought next. */
function Users({ sources, width, height, seen, active, typing, at }: ScreenProps): ReactNode {
  const { lookup } = sources
  const [answer, ask] = useAnswer<UserView>()
  const view = answer.value
  const { state, now, change } = useLive<State>({
    pane: 'retrieved',
    level: 'items',
    cursors: TOP,
    draw: sources.draw,
    user: undefined,
    runs: {},
  })
  const { pane, level, cursors } = state
  useEffect(() => change({ cursors: TOP }), [view?.user, change])

  const through = (): Through => ({ ...sources.through, runs: { ...sources.through.runs, ...now().runs } })
  const show = (user: string): void => {
    change({ user })
    ask(`looking up user ${user}…`, () => lookup.user(user, through()))
  }
  const random = (): void => {
    const { draw } = now()
    change({ draw: draw + 1 })
    ask('drawing a user…', async () => {
      const user = await lookup.random(draw, through())
      change({ user })
      return lookup.user(user, through())
    })
  }
  const prompt = usePrompt(typing, show)
  // another user was asked for by another screen, or other runs are looked through
  useEffect(() => {
    if (!seen) return
    if (at.runs) change({ runs: at.runs })
    const user = at.user ?? now().user
    if (user === undefined) random()
    else show(user)
  }, [at, seen])

  useKeys((input, key) => {
    if (!active() || prompt.took(input, key)) return
    const { pane, level, cursors } = now()
    const rows =
      view === undefined
        ? 0
        : pane === 'history'
          ? view.history.length
          : pane === 'next'
            ? view.next.length
            : view[level].length
    const step = rowsOf(input, key)
    const turn = panesOf(input, key)
    if (step !== 0) change({ cursors: { ...cursors, [pane]: within(cursors[pane] + step, rows) } })
    else if (turn !== 0) change({ pane: PANES[(PANES.indexOf(pane) + turn + PANES.length) % PANES.length] })
    else if (input === 'r') random()
    else if (input === 'a')
      change({ level: level === 'items' ? 'advertisers' : 'items', cursors: { ...cursors, retrieved: 0 } })
    else if (input === '/') prompt.open()
  })

  return (
    <Box flexDirection="column" width={width} height={height}>
      {typing.on() ? (
        <PromptLine label="user id:" text={prompt.text} hint="an id of the imported data; enter shows it, esc leaves" />
      ) : (
        <Headline answer={answer}>
          <Title view={view} />
        </Headline>
      )}
      {view ? (
        <Panes
          view={view}
          pane={pane}
          level={level}
          cursors={cursors}
          width={width}
          height={height - (typing.on() ? 1 : headlineRows(answer))}
        />
      ) : null}
    </Box>
  )
}

function Title({ view }: { view: UserView | undefined }): ReactNode {
  if (view === undefined) return <Text> </Text>
  return (
    <Text wrap="truncate-end">
      <Text bold>user {view.user}</Text>
      <Text dimColor>
        {'  '}
        {plural(view.historyEvents, 'event')} up to {view.generation === null ? 'the cutoff ' : ''}
        {day(view.moment)}
        {view.generation === null ? (view.itemRun === null ? '' : ` · ${view.itemRun}`) : ` · as served`}
      </Text>
    </Text>
  )
}

interface PanesProps {
  view: UserView
  pane: Pane
  level: Level
  cursors: Record<Pane, number>
  width: number
  height: number
}

function Panes({ view, pane, level, cursors, width, height }: PanesProps): ReactNode {
  const half = Math.floor((width - 2) / 2)
  const below = Math.max(3, Math.min(view.next.length + 1, Math.floor(height * 0.3)))
  // two pane titles, a rule, the line of details
  const above = Math.max(3, height - below - 4)
  const run = level === 'items' ? view.itemRun : view.advertiserRun
  const retrieved = {
    width: half,
    height: above,
    cursor: cursors.retrieved,
    focused: pane === 'retrieved',
    empty: emptyText(view, run, level),
  }
  const good = (row: { boughtNext: boolean }): string | undefined => (row.boughtNext ? theme.good : undefined)
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Box gap={2}>
        <Box flexDirection="column" width={width - 2 - half}>
          <PaneTitle title="HISTORY" note="latest first" focused={pane === 'history'} />
          <TableView
            columns={historyColumns(view.moment)}
            rows={view.history}
            width={width - 2 - half}
            height={above}
            cursor={cursors.history}
            focused={pane === 'history'}
            empty="no event up to the cutoff"
          />
        </Box>
        <Box flexDirection="column" width={half}>
          <PaneTitle
            title={`RETRIEVED ${level.toUpperCase()}`}
            note="✓ next  ↻ before"
            focused={pane === 'retrieved'}
          />
          {level === 'items' ? (
            <TableView columns={itemColumns} rows={view.items} colour={good} {...retrieved} />
          ) : (
            <TableView columns={advertiserColumns} rows={view.advertisers} colour={good} {...retrieved} />
          )}
        </Box>
      </Box>
      <PaneTitle
        title="BOUGHT NEXT"
        note={view.generation === null ? nextSummary(view) : 'not known yet'}
        focused={pane === 'next'}
      />
      <TableView
        columns={nextColumns(view.moment)}
        rows={view.next}
        width={width}
        height={below}
        cursor={cursors.next}
        focused={pane === 'next'}
        empty={view.generation === null ? 'nothing' : `served now by ${view.generation}`}
        colour={(row) => (row.rank !== null && row.rank <= view.items.length ? theme.good : undefined)}
      />
      <Rule width={width} />
      <Text wrap="truncate-end">{detail(view, pane, level, cursors[pane])}</Text>
    </Box>
  )
}

/** The row under the cursor in full. */
function detail(view: UserView, pane: Pane, level: Level, cursor: number): string {
  if (pane === 'retrieved' && level === 'advertisers') {
    const row = view.advertisers[cursor]
    return row
      ? 'advertiser ' +
          `${row.advertiser}${row.advertiserName === null ? '' : ` · ${row.advertiserName}`}${bought(row, view)}`
      : ''
  }
  if (pane === 'retrieved')
    return view.items[cursor] ? `${cardLine(view.items[cursor])}${bought(view.items[cursor], view)}` : ''
  const row = pane === 'history' ? view.history[cursor] : view.next[cursor]
  return row ? `${minute(row.time)} UTC · ${row.type} · ${cardLine(row)}` : ''
}

function bought(row: { boughtNext: boolean; boughtBefore: number }, view: UserView): string {
  return `${row.boughtBefore > 0 ? ` · ↻ bought ${row.boughtBefore}× before` : ''}${row.boughtNext ? ` · ✓ bought within ${view.windowDays} days` : ''}`
}

function emptyText(view: UserView, run: string | null, level: Level): string {
  if (run === null) return `no trained model: adseq train ${level === 'items' ? 'item' : 'advertiser'}`
  return view.historyEvents === 0 ? 'no history to encode' : 'nothing'
}

export const usersScreen: Screen = {
  name: 'Users',
  keys: [
    ['r', 'random'],
    ['/', 'id'],
    ['←→', 'pane'],
    ['↑↓', 'row'],
    ['a', 'advertisers'],
  ],
  help: [
    ['r', 'another random user who bought something after the cutoff'],
    ['/', 'type a user id'],
    ['← → h l', 'move between history, retrieved and bought next'],
    ['↑ ↓ j k pgup pgdn', 'move within it; the line at the bottom says all of the row'],
    ['a', 'retrieved items or retrieved advertisers'],
    ['✓', 'bought within the window after the cutoff: a fair check, no model saw it'],
    ['↻', 'bought before the cutoff, too'],
  ],
  View: Users,
}
