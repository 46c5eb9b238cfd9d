import { Box, Text } from 'ink'
import { useEffect, type ReactNode } from 'react'
import type { Recommended, Through } from '../../inspect/lookup.js'
import type { UserView } from '../../inspect/types.js'
import type { RunNames } from '../../runs/manifest.js'
import { day } from '../../text/moments.js'
import { plural } from '../../text/numbers.js'
import type { Column } from '../../text/table.js'
import { Headline, PaneTitle, headlineRows } from '../frame.js'
import { PromptLine, usePrompt } from '../prompt.js'
import type { Screen, ScreenProps } from '../screen.js'
import { TableView } from '../table-view.js'
import { useAnswer } from '../use-answer.js'
import { panesOf, rowsOf, useScreenKeys, within } from '../use-keys.js'
import { useLive } from '../use-live.js'
import { Panes, panesShown, type Level, type Pane } from './users-panes.js'

/** Another way of looking at the same user. */
interface Beside extends Recommended {
  through: Through
}

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
  beside: Beside | undefined
  /** what to look through beside is being chosen: the row under the cursor */
  choosing: number | undefined
}

const TOP: Record<Pane, number> = { history: 0, retrieved: 0, beside: 0, next: 0 }

/** A user's history beside what is retrieved for it, by one model or by two, and below what was really bought next. */
function Users({ sources, width, height, seen, onKeys, typing, at, go }: ScreenProps): ReactNode {
  const { lookup } = sources
  const [answer, ask] = useAnswer<UserView>()
  const [other, askOther] = useAnswer<UserView>()
  const [known, askKnown] = useAnswer<Recommended[]>()
  const view = answer.value
  const { state, now, change } = useLive<State>({
    pane: 'retrieved',
    level: 'items',
    cursors: TOP,
    draw: sources.draw,
    user: undefined,
    runs: {},
    beside: undefined,
    choosing: undefined,
  })
  useEffect(() => change({ cursors: TOP }), [view?.user, change])

  const through = (): Through => ({ ...sources.through, runs: { ...sources.through.runs, ...now().runs } })
  const showBeside = (user: string): void => {
    const { beside } = now()
    if (beside) askOther(`looking through ${beside.name}…`, () => lookup.user(user, beside.through))
  }
  const show = (user: string): void => {
    change({ user })
    ask(`looking up user ${user}…`, () => lookup.user(user, through()))
    showBeside(user)
  }
  const random = (): void => {
    const { draw } = now()
    change({ draw: draw + 1 })
    ask('drawing a user…', async () => {
      const user = await lookup.random(draw, through())
      change({ user })
      showBeside(user)
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

  const choices = (): Beside[] => [
    { name: 'nothing', summary: 'one list', through: {} },
    ...(known.value ?? []).map((one) => ({ ...one, through: { runs: through().runs, by: one.name } })),
    ...sources
      .runs()
      .filter(({ kind, status }) => kind === 'item' && status === 'done')
      .map(({ id, config }) => ({
        name: id,
        summary: `the run with user tower ${config['model.userTower'] ?? 'unknown'}`,
        through: { runs: { ...through().runs, item: id } },
      })),
  ]
  const choose = (choice: Beside | undefined): void => {
    const beside = choice?.name === 'nothing' ? undefined : choice
    change({ beside, choosing: undefined, pane: 'retrieved' })
    const { user } = now()
    if (user !== undefined) showBeside(user)
  }

  useScreenKeys(onKeys, (input, key) => {
    if (prompt.took(input, key)) return
    const { pane, level, cursors, beside, choosing, user } = now()
    const step = rowsOf(input, key)
    const turn = panesOf(input, key)
    if (choosing !== undefined) {
      if (step !== 0) change({ choosing: within(choosing + step, choices().length) })
      else if (key.return) choose(choices()[choosing])
      else if (key.escape || input === 'b') change({ choosing: undefined })
      return
    }
    const shown = panesShown(beside !== undefined && other.value !== undefined, width)
    const rows = rowsIn(pane === 'beside' ? other.value : view, pane, level)
    const listed = pane === 'beside' ? other.value : view
    if (step !== 0) change({ cursors: { ...cursors, [pane]: within(cursors[pane] + step, rows) } })
    else if (turn !== 0) change({ pane: shown[(shown.indexOf(pane) + turn + shown.length) % shown.length] })
    else if (input === 'r') random()
    else if (input === 'a')
      change({
        level: level === 'items' ? 'advertisers' : 'items',
        cursors: { ...cursors, retrieved: 0, beside: 0 },
      })
    else if (input === '/') prompt.open()
    else if (input === 'b') {
      if (known.value === undefined) askKnown('', () => lookup.recommenders())
      change({ choosing: 0 })
    } else if (input === 'f' && user !== undefined) go('Funnel', { user })
    else if (input === 'i' || key.return) {
      const item = itemAt(listed, pane, level, cursors[pane])
      if (item !== null) go('Items', { item })
    }
  })

  const { pane, level, cursors, beside, choosing } = state
  const head = typing.on() ? 1 : headlineRows(answer)
  return (
    <Box flexDirection="column" width={width} height={height}>
      {typing.on() ? (
        <PromptLine label="user id:" text={prompt.text} hint="an id of the imported data; enter shows it, esc leaves" />
      ) : (
        <Headline answer={answer}>
          <Title view={view} note={beside ? (other.busy ?? other.error?.message) : undefined} />
        </Headline>
      )}
      {choosing !== undefined ? (
        <>
          <PaneTitle title="SHOW BESIDE IT" note="enter chooses, esc leaves" focused />
          <TableView
            columns={CHOICES}
            rows={choices()}
            {...{ width, height: height - head - 1, cursor: choosing, focused: true, empty: '' }}
          />
        </>
      ) : view ? (
        <Panes
          view={view}
          other={beside && other.value?.user === view.user ? { view: other.value, label: beside.name } : undefined}
          {...{ pane, level, cursors, width, height: height - head }}
        />
      ) : null}
    </Box>
  )
}

const CHOICES: Column<Beside>[] = [
  { head: 'what', value: ({ name }) => name },
  { head: '', value: ({ summary }) => summary, min: 10, dim: true },
]

function rowsIn(view: UserView | undefined, pane: Pane, level: Level): number {
  if (view === undefined) return 0
  return pane === 'history' ? view.history.length : pane === 'next' ? view.next.length : view[level].length
}

/** Id of the item in a row; null where it has none. */
function itemAt(view: UserView | undefined, pane: Pane, level: Level, row: number): string | null {
  if (view === undefined) return null
  if (pane === 'history') return view.history[row]?.item ?? null
  if (pane === 'next') return view.next[row]?.item ?? null
  return level === 'items' ? (view.items[row]?.item ?? null) : null
}

function Title({ view, note }: { view: UserView | undefined; note: string | undefined }): ReactNode {
  if (view === undefined) return <Text> </Text>
  return (
    <Text wrap="truncate-end">
      <Text bold>user {view.user}</Text>
      <Text dimColor>
        {'  '}
        {plural(view.historyEvents, 'event')} up to {view.generation === null ? 'the cutoff ' : ''}
        {day(view.moment)}
        {view.generation === null ? (view.itemRun === null ? '' : ` · ${view.itemRun}`) : ` · as served`}
        {note === undefined ? '' : ` · ${note}`}
      </Text>
    </Text>
  )
}

export const usersScreen: Screen = {
  name: 'Users',
  keys: [
    ['f', 'funnel'],
    ['enter', 'item'],
    ['a', 'advertisers'],
    ['←→', 'pane'],
    ['↑↓', 'row'],
    ['b', 'beside'],
    ['/', 'id'],
    ['r', 'random'],
  ],
  help: [
    ['r', 'another random user who bought something after the cutoff'],
    ['/', 'type a user id'],
    ['← → h l', 'move between history, retrieved and bought next'],
    ['↑ ↓ j k pgup pgdn', 'move within it; the line at the bottom says all of the row'],
    ['a', 'retrieved items or retrieved advertisers'],
    ['b', 'show another model, a baseline or another run beside it'],
    ['enter', 'open the item under the cursor'],
    ['f', 'an ad request of this user, stage by stage'],
    ['@10 @100', 'of what was bought next, how much is among so many retrieved'],
    ['✓', 'bought within the window after the cutoff: a fair check, no model saw it'],
    ['↻', 'bought before the cutoff, too'],
  ],
  View: Users,
}
