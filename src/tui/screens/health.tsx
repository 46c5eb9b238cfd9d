import { Box, Text } from 'ink'
import { useEffect, type ReactNode } from 'react'
import type { Finding } from '../../doctor/finding.js'
import { verdict } from '../../doctor/report.js'
import type { ListedGeneration } from '../../generations/list.js'
import { GENERATIONS } from '../../generations/text.js'
import type { WorkspaceState } from '../../inspect/state.js'
import { bytes, count, plural } from '../../text/numbers.js'
import type { Column } from '../../text/table.js'
import { wrap } from '../../text/width.js'
import { Headline, PaneTitle, Rule, headlineRows } from '../frame.js'
import type { Screen, ScreenProps } from '../screen.js'
import { TableView } from '../table-view.js'
import { theme } from '../theme.js'
import { useAnswer, useFollowed } from '../use-answer.js'
import { panesOf, rowsOf, useScreenKeys, within } from '../use-keys.js'
import { useLive } from '../use-live.js'

type Pane = 'findings' | 'generations'

interface State {
  pane: Pane
  cursors: Record<Pane, number>
  /** of the examination under way, or of the last one */
  findings: readonly Finding[]
}

/** Lines below the rule. */
const DETAIL = 2

/** What is served, how far behind, who is at work, how full the disk is; and an examination as by `adseq doctor`. */
function Health({ sources, width, height, shown, seen, onKeys }: ScreenProps): ReactNode {
  const answer = useFollowed(sources.state, shown, 'looking at the workspace…')
  const [examined, ask] = useAnswer<readonly Finding[]>()
  const { state, now, change } = useLive<State>({
    pane: 'findings',
    cursors: { findings: 0, generations: 0 },
    findings: [],
  })
  const generations = answer.value?.generations ?? []
  const examine = (): void => {
    change({ findings: [] })
    ask('examining…', () => sources.examine((finding) => change({ findings: [...now().findings, finding] })))
  }
  useEffect(() => {
    if (seen) examine()
  }, [seen])
  useScreenKeys(onKeys, (input, key) => {
    const { pane, cursors, findings } = now()
    const rows = pane === 'findings' ? findings.length : generations.length
    const step = rowsOf(input, key)
    if (step !== 0) change({ cursors: { ...cursors, [pane]: within(cursors[pane] + step, rows) } })
    else if (panesOf(input, key) !== 0) change({ pane: pane === 'findings' ? 'generations' : 'findings' })
    else if (input === 'r' && !examined.busy) examine()
  })

  const { pane, cursors, findings } = state
  const facts = answer.value ? factsOf(answer.value) : []
  const list = Math.max(2, Math.min(generations.length + 1, Math.floor(height * 0.25)))
  const below = height - headlineRows(answer) - facts.length - list - 3 - DETAIL
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      <Headline answer={answer}>
        <Text bold wrap="truncate-end">
          HEALTH
          <Text bold={false} dimColor>
            {'  '}
            {examined.busy ?? examined.error?.message ?? (findings.length > 0 ? verdict(findings) : '')}
          </Text>
        </Text>
      </Headline>
      {facts.map(([label, text]) => (
        <Text key={label} wrap="truncate-end">
          <Text dimColor>{label.padEnd(10)}</Text>
          {text}
        </Text>
      ))}
      <PaneTitle title="GENERATIONS" note="* is served" focused={pane === 'generations'} />
      <TableView
        columns={GENERATIONS}
        rows={generations}
        colour={({ current }: ListedGeneration) => (current ? theme.good : undefined)}
        {...{ width, height: list, cursor: cursors.generations, focused: pane === 'generations' }}
        empty="none published yet: adseq infer, then adseq index"
      />
      <PaneTitle title="EXAMINATION" note="as by adseq doctor" focused={pane === 'findings'} />
      <TableView
        columns={FINDINGS}
        rows={findings}
        colour={({ status }: Finding) => COLOURS[status]}
        {...{ width, height: Math.max(2, below), cursor: cursors.findings, focused: pane === 'findings', empty: '…' }}
      />
      <Rule width={width} />
      <Box flexDirection="column" height={DETAIL} overflow="hidden">
        {detailOf(findings[cursors.findings], width).map((line, i) => (
          <Text key={i} wrap="truncate-end">
            {line}
          </Text>
        ))}
      </Box>
    </Box>
  )
}

/** Labels and what is said of each. */
function factsOf({ data, generations, locks, disk }: WorkspaceState): [string, string][] {
  const served = generations.find(({ current }) => current)
  const behind = data && served ? data.seq - served.seq : 0
  const used = disk.used.filter((part) => part.bytes > 0).map((part) => `${part.name} ${bytes(part.bytes)}`)
  return [
    [
      'served',
      served
        ? `${served.generation}, ${plural(served.items ?? 0, 'item')}, ` +
          `index recall ${served.recall === null ? 'not measured' : served.recall.toFixed(4)}`
        : 'nothing is published yet',
    ],
    [
      'reads',
      served && data
        ? `events up to ${count(served.seq)} of ${count(data.seq)}` + (behind > 0 ? `: ${count(behind)} behind` : '')
        : '-',
    ],
    [
      'watermark',
      data && data.watermarks.length > 0
        ? `${data.watermarks.map(({ run, seq }) => `${run.split('-')[0]} ${count(seq)}`).join(', ')}; ` +
          (data.waiting === null ? 'nobody encoded yet' : `${plural(data.waiting, 'user')} to encode`)
        : 'no finished run',
    ],
    ['at work', locks.length > 0 ? locks.map(({ what, pid }) => `${what} (process ${pid})`).join(', ') : 'nobody'],
    ['disk', `${bytes(disk.free)} free${used.length > 0 ? `; ${used.join(', ')}` : ''}`],
  ]
}

const MARKS: Record<Finding['status'], string> = { ok: '✓', warning: '!', failed: '✗' }
const COLOURS: Record<Finding['status'], string | undefined> = {
  ok: undefined,
  warning: theme.warn,
  failed: theme.bad,
}

const FINDINGS: Column<Finding>[] = [
  { head: ' ', value: ({ status }) => MARKS[status] },
  { head: 'check', value: ({ check }) => check },
  { head: 'found', value: ({ message }) => message, min: 20 },
]

/** What does not fit in the row: how it is mended, else all that was found. */
function detailOf(finding: Finding | undefined, width: number): string[] {
  if (finding === undefined) return []
  return wrap(finding.fix === undefined ? finding.message : `Fix: ${finding.fix}`, width).slice(0, DETAIL)
}

export const healthScreen: Screen = {
  name: 'Health',
  keys: [
    ['←→', 'list'],
    ['↑↓', 'row'],
    ['r', 'examine again'],
  ],
  help: [
    ['← → h l', 'move between generations and findings'],
    ['↑ ↓ j k pgup pgdn', 'move within; below stands how a finding is mended'],
    ['r', 'examine again, as adseq doctor does'],
    ['reads', 'the generation that is served knows events up to there'],
    ['watermark', 'everyone has a vector of what they did up to there'],
  ],
  View: Health,
}
