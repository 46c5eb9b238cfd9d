import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { nextSummary } from '../../inspect/text/user-text.js'
import { cardLine } from '../../inspect/text/words.js'
import type { NextPurchase, UserView } from '../../inspect/types.js'
import { minute } from '../../text/moments.js'
import { count } from '../../text/numbers.js'
import type { Column } from '../../text/table.js'
import { PaneTitle, Rule } from '../frame.js'
import { TableView } from '../table-view.js'
import { theme } from '../theme.js'
import { advertiserColumns, historyColumns, itemColumns, nextColumns } from './users-columns.js'

export type Pane = 'history' | 'retrieved' | 'beside' | 'next'
export type Level = 'items' | 'advertisers'

/** So many columns show the history beside two lists; on fewer it makes room for the second list. */
const WIDE = 130

/** The panes that are on show, in the order in which the arrow keys go through them. */
export function panesShown(beside: boolean, width: number): Pane[] {
  if (!beside) return ['history', 'retrieved', 'next']
  return width >= WIDE ? ['history', 'retrieved', 'beside', 'next'] : ['retrieved', 'beside', 'next']
}

export interface PanesProps {
  view: UserView
  /** the same user by another way of looking, and what that is */
  other?: { view: UserView; label: string }
  pane: Pane
  level: Level
  cursors: Record<Pane, number>
  width: number
  height: number
}

export function Panes({ view, other, pane, level, cursors, width, height }: PanesProps): ReactNode {
  const above = panesShown(other !== undefined, width).filter((one) => one !== 'next')
  const wide = (i: number): number =>
    Math.floor((width - 2 * (above.length - 1)) / above.length) + (i === 0 ? (width % above.length > 0 ? 1 : 0) : 0)
  const below = Math.max(3, Math.min(view.next.length + 1, Math.floor(height * 0.3)))
  // two pane titles, a rule, the line of details
  const rows = Math.max(3, height - below - 4)
  const next = nextColumns(view.moment)
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Box gap={2}>
        {above.map((one, i) => (
          <Box key={one} flexDirection="column" width={wide(i)}>
            {one === 'history' ? (
              <>
                <PaneTitle title="HISTORY" note="latest first" focused={pane === one} />
                <TableView
                  columns={historyColumns(view.moment)}
                  rows={view.history}
                  {...{ width: wide(i), height: rows, cursor: cursors[one], focused: pane === one }}
                  empty="no event up to the cutoff"
                />
              </>
            ) : (
              <Retrieved
                view={one === 'beside' ? other!.view : view}
                title={one === 'beside' ? other!.label.toUpperCase() : `RETRIEVED ${level.toUpperCase()}`}
                note={other === undefined ? '✓ next  ↻ before' : hitsText(one === 'beside' ? other.view : view)}
                level={level}
                focused={pane === one}
                {...{ width: wide(i), height: rows, cursor: cursors[one] }}
              />
            )}
          </Box>
        ))}
      </Box>
      <PaneTitle
        title="BOUGHT NEXT"
        note={view.generation === null ? nextSummary(view) : 'not known yet'}
        focused={pane === 'next'}
      />
      <TableView
        columns={other ? [...next.slice(0, 1), rankColumn(other.view), ...next.slice(1)] : next}
        rows={view.next}
        {...{ width, height: below, cursor: cursors.next, focused: pane === 'next' }}
        empty={view.generation === null ? 'nothing' : `served now by ${view.generation}`}
        colour={(row) => (row.rank !== null && row.rank <= view.items.length ? theme.good : undefined)}
      />
      <Rule width={width} />
      <Text wrap="truncate-end">{detail(pane === 'beside' ? other!.view : view, pane, level, cursors[pane])}</Text>
    </Box>
  )
}

function Retrieved({
  view,
  title,
  note,
  level,
  focused,
  ...place
}: {
  view: UserView
  title: string
  note: string
  level: Level
  focused: boolean
  width: number
  height: number
  cursor: number
}): ReactNode {
  const empty = emptyText(view, level === 'items' ? view.itemBy : view.advertiserBy, level)
  const colour = (row: { boughtNext: boolean }): string | undefined => (row.boughtNext ? theme.good : undefined)
  return (
    <>
      <PaneTitle title={title} note={note} focused={focused} />
      {level === 'items' ? (
        <TableView columns={itemColumns} rows={view.items} {...{ ...place, colour, focused, empty }} />
      ) : (
        <TableView columns={advertiserColumns} rows={view.advertisers} {...{ ...place, colour, focused, empty }} />
      )}
    </>
  )
}

/** "✓ 3/7 @10  5/7 @100": of what was bought next, the part among the first ones retrieved. */
function hitsText({ hits, nextConversions }: UserView): string {
  if (hits === null || nextConversions === 0) return 'nothing bought next'
  const all = count(nextConversions)
  return `✓ ${count(hits[10])}/${all} @10  ${count(hits[100])}/${all} @100`
}

/** The rank that the other way of looking gives a purchase. */
function rankColumn(other: UserView): Column<NextPurchase> {
  const keyOf = ({ item, advertiser, type, time }: NextPurchase): string => [item, advertiser, type, time].join(' ')
  const ranks = new Map(other.next.map((row) => [keyOf(row), row.rank]))
  return {
    head: 'beside',
    value: (row) => count(ranks.get(keyOf(row)) ?? NaN).replace('NaN', '-'),
    align: 'right',
  }
}

/** The row under the cursor in full. */
function detail(view: UserView, pane: Pane, level: Level, cursor: number): string {
  if (pane === 'history' || pane === 'next') {
    const row = pane === 'history' ? view.history[cursor] : view.next[cursor]
    return row ? `${minute(row.time)} UTC · ${row.type} · ${cardLine(row)}` : ''
  }
  if (level === 'items') {
    const row = view.items[cursor]
    return row ? `${cardLine(row)}${bought(row, view)}` : ''
  }
  const row = view.advertisers[cursor]
  if (!row) return ''
  const name = row.advertiserName === null ? '' : ` · ${row.advertiserName}`
  return `advertiser ${row.advertiser}${name}${bought(row, view)}`
}

function bought(row: { boughtNext: boolean; boughtBefore: number }, view: UserView): string {
  return `${row.boughtBefore > 0 ? ` · ↻ bought ${row.boughtBefore}× before` : ''}${row.boughtNext ? ` · ✓ bought within ${view.windowDays} days` : ''}`
}

function emptyText(view: UserView, by: string | null, level: Level): string {
  if (by === null) return `no trained model: adseq train ${level === 'items' ? 'item' : 'advertiser'}`
  return view.historyEvents === 0 ? 'no history to encode' : 'nothing'
}
