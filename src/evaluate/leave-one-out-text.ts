import { count, share } from '../text/numbers.js'
import { columns } from '../text/table.js'
import { HIT_AT, type History, type LeaveOneOutReport } from './leave-one-out.js'

/** The report as plain lines: a table of the figures of eval.history, then one of the others. */
export function leaveOneOutText(report: LeaveOneOutReport): string {
  const { protocol, data, users, items, notes } = report
  const other: History = protocol.history === 'kept' ? 'masked' : 'kept'
  return [
    `Leave-one-out: the last conversion of each of ${count(users)} users, ranked among all ${count(items)} items ` +
      `of the ${protocol.core}-core. Protocol ${protocol.hash}, data ${data.hash}.`,
    ...[protocol.history, other].flatMap((history: History) => figuresText(report, history)),
    '',
    ...notes.map((note) => `Note: ${note}`),
  ].join('\n')
}

const TREATED: Record<History, string> = {
  kept: 'History kept: what a user dealt with before is ranked, too',
  masked: 'History masked, as in most papers: what a user dealt with before is neither ranked nor to be found',
}

function figuresText({ rows }: LeaveOneOutReport, history: History): string[] {
  const head = ['', ...HIT_AT.map((K) => `HR@${K}`), '95 % of HR@10', ...HIT_AT.map((K) => `NDCG@${K}`)]
  const cells = rows.map(({ name, [history]: { hr, hrInterval, ndcg } }) => [
    name,
    ...HIT_AT.map((K) => share(hr[K])),
    hrInterval['10'] ? hrInterval['10'].map(share).join('-') : '-',
    ...HIT_AT.map((K) => share(ndcg[K])),
  ])
  return ['', `${TREATED[history]} (${count(rows[0]?.[history].users ?? 0)} users).`, '', ...columns([head, ...cells])]
}
