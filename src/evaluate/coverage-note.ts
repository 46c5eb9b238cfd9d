import type { Kind } from '../config/schema.js'
import { share } from '../text/numbers.js'
import type { ReportRow } from './report.js'

type Row = Pick<ReportRow, 'kind' | 'level' | 'run' | 'name' | 'coverage'>

/**
 * What fitting by recall alone costs in coverage, model by model at its own level, in one sentence; undefined where
 * nothing was fitted.
 */
export function coverageNote(rows: readonly Row[], kind: Kind): string | undefined {
  const own = rows.filter(({ level }) => level === kind)
  const changes = own.flatMap((hybrid) => {
    const model = own.find((row) => row.kind === 'model' && row.run === hybrid.run)
    if (hybrid.kind !== 'hybrid' || !model) return []
    const [before, after] = [model, hybrid].map(({ coverage }) => coverage['10'])
    const way = after < before ? 'falls' : after > before ? 'rises' : 'stays'
    const values = way === 'stays' ? `at ${share(before)}` : `from ${share(before)} to ${share(after)}`
    return [`${way} ${values} (${hybrid.name})`]
  })
  if (changes.length === 0) return undefined
  return (
    'weights are fitted by recall@10 plus recall@100 on the window before and by nothing else, so that what they cost ' +
    `in variety is not held against them: from the model alone to its hybrid, coverage@10 ${changes.join(', ')}.`
  )
}
