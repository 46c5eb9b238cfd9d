import { wrap } from '../core/wrap.js'
import type { Finding } from './finding.js'

const MARK = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' }

/** Columns of the names of checks. */
const NAME = 10

/**
 * A finding for people, its fix below it. @param columns of the terminal, where it is broken between words
 */
export function findingLines({ check, status, message, fix }: Finding, columns?: number): string[] {
  const line = wrap(message, columns, `${MARK[status]}  ${check.padEnd(NAME)}  `)
  return fix ? [line, wrap(fix, columns, `${' '.repeat(9 + NAME + 2)}Fix: `)] : [line]
}

/** What all findings come to. */
export function verdict(findings: readonly Finding[]): string {
  const n = (status: Finding['status']): number => findings.filter((finding) => finding.status === status).length
  if (n('failed') > 0) return `${n('failed')} failed, ${n('warning')} to look at.`
  return n('warning') > 0 ? `All works; ${n('warning')} to look at.` : 'All is well.'
}
