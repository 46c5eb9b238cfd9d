import { wrap } from '../../core/wrap.js'
import type { Finding } from './finding.js'

const MARK = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' }

/**
 * Lines for people: one a finding, its fix below it, and a sum at the end.
 * @param columns of the terminal, where they are broken between words
 */
export function report(findings: readonly Finding[], columns?: number): string[] {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const lines = findings.flatMap(({ check, status, message, fix }) => {
    const line = wrap(message, columns, `${MARK[status]}  ${check.padEnd(width)}  `)
    return fix ? [line, wrap(fix, columns, `${' '.repeat(9 + width + 2)}Fix: `)] : [line]
  })
  const n = (status: Finding['status']): number => findings.filter((finding) => finding.status === status).length
  const sum =
    n('failed') > 0
      ? `${n('failed')} failed, ${n('warning')} to look at.`
      : n('warning') > 0
        ? `All works; ${n('warning')} to look at.`
        : 'All is well.'
  return [...lines, sum]
}
