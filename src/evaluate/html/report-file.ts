import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { writeFileAtomic } from '../../core/atomic.js'
import { UserError } from '../../core/errors.js'
import type { Report } from '../report.js'
import type { SampleNames } from '../sample-names.js'
import type { Sample } from '../samples.js'
import { reportPage } from './page.js'

/** Users that a page shows where it is not said how many. */
export const SHOWN = 6

/** The path of a page to be, looked at before the work begins. @throws UserError when nothing can be written there */
export function pagePath(path: string): string {
  const absolute = resolve(path)
  const is = (what: string): boolean => statSync(what, { throwIfNoEntry: false })?.isDirectory() ?? false
  if (!is(dirname(absolute)))
    throw new UserError(
      `There is no folder ${dirname(absolute)} to write the report to.`,
      'Make it first, or name another file.',
    )
  if (is(absolute))
    throw new UserError(`${path} is a folder.`, `Name a file in it: --report ${path.replace(/\/$/, '')}/report.html`)
  return absolute
}

/** Writes the report as one page, atomically. */
export function writeReportPage(path: string, report: Report, samples: readonly Sample[], names: SampleNames): void {
  writeFileAtomic(path, reportPage(report, samples, names))
}
