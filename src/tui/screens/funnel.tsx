import { Box, Text } from 'ink'
import { useEffect, type ReactNode } from 'react'
import type { AdFate } from '../../funnel/trace.js'
import type { NamedOutcome } from '../../server/ad-service.js'
import { FATE, GENERATORS, digits, foundBy } from '../../server/explain-text.js'
import type { WholeExplanation } from '../../server/explain-thread.js'
import { count } from '../../text/numbers.js'
import type { Column } from '../../text/table.js'
import { wrap } from '../../text/width.js'
import { Headline, PaneTitle, Rule, headlineRows } from '../frame.js'
import { PromptLine, usePrompt } from '../prompt.js'
import type { Screen, ScreenProps } from '../screen.js'
import { TableView } from '../table-view.js'
import { theme } from '../theme.js'
import { useAnswer } from '../use-answer.js'
import { panesOf, rowsOf, useScreenKeys, within } from '../use-keys.js'
import { useLive } from '../use-live.js'

type Pane = 'generators' | 'ads'

interface State {
  pane: Pane
  cursors: Record<Pane, number>
  /** only the ads that this generator found */
  only: string | undefined
  /** what is being typed */
  asking: 'user' | 'ad'
  user: string | undefined
  draw: number
  /** an ad was followed, and the cursor has not moved since */
  following: boolean
}

/** What another user begins with. */
const ANEW = { cursors: { generators: 0, ads: 0 }, only: undefined, pane: 'ads', following: false } as const
/** Lines below the rule: what became of the ad. */
const VERDICT = 2

/** One request for ads, stage by stage, and why each ad lived or died. */
function Funnel({ sources, width, height, seen, onKeys, typing, at, go }: ScreenProps): ReactNode {
  const { funnel, lookup, through } = sources
  const [answer, ask] = useAnswer<WholeExplanation>()
  const [fate, askFate] = useAnswer<{ ad: string; fate: AdFate }>()
  const { state, now, change } = useLive<State>({
    ...ANEW,
    asking: 'user',
    user: undefined,
    draw: sources.draw,
  })
  const whole = answer.value
  const generators = whole?.answer.trace?.generators ?? []
  const ads = (whole?.outcomes ?? []).filter(
    ({ sources }) => state.only === undefined || sources.some(({ generator }) => generator === state.only),
  )

  const show = (user: string): void => {
    change({ user, ...ANEW })
    ask(`asking for the ads of user ${user}…`, () => funnel.explain(user))
  }
  const random = (): void => {
    const { draw } = now()
    change({ draw: draw + 1, ...ANEW })
    ask('drawing a user…', async () => {
      const user = await lookup.random(draw, through)
      change({ user })
      return funnel.explain(user)
    })
  }
  const follow = (ad: string): void => {
    const { user } = now()
    if (user === undefined) return
    change({ following: true })
    askFate(`following ad ${ad}…`, () => funnel.fate(user, ad))
  }
  const prompt = usePrompt(typing, (text) => (now().asking === 'user' ? show(text) : follow(text)))
  useEffect(() => {
    if (!seen) return
    const user = at.user ?? now().user
    if (user === undefined) random()
    else show(user)
  }, [seen, at])

  useScreenKeys(onKeys, (input, key) => {
    if (prompt.took(input, key)) return
    const { pane, cursors, only, user } = now()
    const rows = pane === 'ads' ? ads.length : generators.length
    const step = rowsOf(input, key)
    if (step !== 0) change({ cursors: { ...cursors, [pane]: within(cursors[pane] + step, rows) }, following: false })
    else if (panesOf(input, key) !== 0) change({ pane: pane === 'ads' ? 'generators' : 'ads', following: false })
    else if (input === '/' || input === 'f') {
      change({ asking: input === '/' ? 'user' : 'ad' })
      prompt.open()
    } else if (input === 'r') random()
    else if (input === 'u' && user !== undefined) go('Users', { user })
    else if (key.return && pane === 'ads' && ads[cursors.ads]) follow(ads[cursors.ads].ad)
    else if (key.return && pane === 'generators' && generators[cursors.generators]) {
      const { generator } = generators[cursors.generators]
      change({ only: only === generator ? undefined : generator, cursors: { ...cursors, ads: 0 } })
    }
  })

  const asking = typing.on()
  const chosen = ads[state.cursors.ads]
  return (
    <Box flexDirection="column" width={width} height={height}>
      {asking ? (
        <PromptLine
          label={state.asking === 'user' ? 'user id:' : 'ad:'}
          text={prompt.text}
          hint={
            state.asking === 'user'
              ? 'an id of the imported data'
              : 'an id, or words of its title: why is it not there?'
          }
        />
      ) : (
        <Headline answer={answer}>
          <Title whole={whole} />
        </Headline>
      )}
      {whole ? (
        <Stages
          whole={whole}
          ads={ads}
          state={state}
          fate={state.following && !fate.busy && !fate.error ? fate.value : undefined}
          busy={state.following ? (fate.busy ?? fate.error?.message) : undefined}
          at={chosen}
          width={width}
          height={height - (asking ? 1 : headlineRows(answer))}
        />
      ) : null}
    </Box>
  )
}

function Title({ whole }: { whole: WholeExplanation | undefined }): ReactNode {
  if (whole === undefined) return <Text> </Text>
  const { generation, time } = whole.answer.provenance
  return (
    <Text bold wrap="truncate-end">
      user {whole.user}
      <Text bold={false} dimColor>
        {'  '}
        {time} · {generation}
      </Text>
    </Text>
  )
}

/** How many ads are left after each stage. */
function stagesOf({ answer: { trace, note } }: WholeExplanation): string {
  const { inventory, union, blend } = trace!
  const stages = [
    `${count(inventory.ads)} ads`,
    `${count(inventory.open)} may be shown`,
    `${count(union)} found`,
    `${count(blend.kept)} kept`,
    `${count(blend.handedOn)} handed on`,
  ].join(' → ')
  return note === undefined ? stages : `${stages}. ${note}`
}

interface Placed extends NamedOutcome {
  rank: number
}

const ADS: Column<Placed>[] = [
  { head: '#', value: ({ rank }) => String(rank), align: 'right', dim: true },
  { head: 'place', value: ({ place }) => (place === undefined ? '-' : String(place)), align: 'right' },
  { head: 'became', value: ({ place, dropped }) => (place === undefined ? (dropped ?? '-') : '✓ handed on') },
  { head: 'title', value: ({ title, ad }) => title ?? ad, min: 12, weight: 3, max: 48 },
  { head: 'advertiser', value: (a) => a.advertiserName ?? a.advertiser ?? '-', min: 6, max: 20, drop: 3, dim: true },
  { head: 'found by', value: foundBy, min: 12, max: 30, drop: 1 },
  { head: 'score', value: ({ score }) => digits(score), align: 'right', drop: 2, dim: true },
]

function Stages({
  whole,
  ads,
  state: { pane, cursors, only },
  fate,
  busy,
  at,
  width,
  height,
}: {
  whole: WholeExplanation
  ads: readonly NamedOutcome[]
  state: State
  fate: { ad: string; fate: AdFate } | undefined
  busy: string | undefined
  at: NamedOutcome | undefined
  width: number
  height: number
}): ReactNode {
  const { generators } = whole.answer.trace!
  const above = Math.min(generators.length + 1, Math.max(3, Math.floor(height * 0.4)))
  // the line of stages, two titles, the rule and the verdict
  const below = Math.max(2, height - above - 4 - VERDICT)
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Text wrap="truncate-end">{stagesOf(whole)}</Text>
      {fate ? (
        <>
          <PaneTitle title={`WHY ${fate.ad}`} note="needed = score of the last one brought" focused={false} />
          <TableView
            columns={FATE}
            rows={fate.fate.generators}
            {...{ width, height: above, cursor: -1, focused: false, empty: '' }}
            colour={({ found }) => (found ? theme.good : undefined)}
          />
        </>
      ) : (
        <>
          <PaneTitle title="GENERATORS" note="enter: its ads alone" focused={pane === 'generators'} />
          <TableView
            columns={GENERATORS}
            rows={generators}
            {...{ width, height: above, cursor: cursors.generators, focused: pane === 'generators', empty: 'none' }}
          />
        </>
      )}
      <PaneTitle
        title="ADS FOUND"
        note={only === undefined ? `${count(ads.length)}, best score first` : `${count(ads.length)} by ${only}`}
        focused={pane === 'ads'}
      />
      <TableView
        columns={ADS}
        rows={ads.map((ad, i) => ({ ...ad, rank: i + 1 }))}
        {...{ width, height: below, cursor: cursors.ads, focused: pane === 'ads', empty: 'none' }}
        colour={({ place }) => (place === undefined ? undefined : theme.good)}
      />
      <Rule width={width} />
      <Box flexDirection="column" height={VERDICT} overflow="hidden">
        {wrap(busy ?? (fate ? fate.fate.verdict : at ? briefly(at) : ''), width)
          .slice(0, VERDICT)
          .map((line, i) => (
            <Text key={i} wrap="truncate-end">
              {line}
            </Text>
          ))}
      </Box>
    </Box>
  )
}

/** What is known of an ad without asking. */
function briefly({ ad, place, dropped, sources }: NamedOutcome): string {
  const by = sources.map(({ generator, rank }) => `${generator} ${rank}`).join(', ')
  const end = place === undefined ? `left out: ${dropped ?? 'unknown'}` : `handed on in place ${place}`
  return `${ad} · ${end} · found by ${by}`
}

export const funnelScreen: Screen = {
  name: 'Funnel',
  keys: [
    ['u', 'user'],
    ['r', 'random'],
    ['f', 'follow'],
    ['/', 'id'],
    ['←→', 'pane'],
    ['↑↓', 'row'],
    ['enter', 'why'],
  ],
  help: [
    ['/ r', 'another user: by id, or at random'],
    ['↑ ↓ j k pgup pgdn', 'move among the ads that were found; below stands what became of one'],
    ['enter', 'on an ad: where each generator ranks it; on a generator: its ads alone'],
    ['← → h l', 'move between generators and ads'],
    ['f', 'follow any ad, also one that was not found, by its id or its title'],
    ['u', 'the history of this user'],
    ['kept', 'within the quota of a generator; handed on: to heavy scoring and the auction'],
  ],
  View: Funnel,
}
