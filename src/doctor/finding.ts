/** warning: everything works, but not as it could; failed: something does not work. */
export type Status = 'ok' | 'warning' | 'failed'

/** What one check found. Every finding that is not ok says what to do. */
export interface Finding {
  /** node, packages, sqlite, database, runs ... */
  check: string
  status: Status
  message: string
  fix?: string
}

/** What checks look at: handed in, so that a test can break each of them. */
export interface Surroundings {
  /** folder of the workspace */
  folder: string
  /** folder of adseq's own package.json */
  root: string
  /** version of Node, without the v */
  node: string
}

export type Check = (surroundings: Surroundings) => Finding[] | Promise<Finding[]>

export const ok = (check: string, message: string): Finding => ({ check, status: 'ok', message })
export const warning = (check: string, message: string, fix: string): Finding => ({
  check,
  status: 'warning',
  message,
  fix,
})
export const failed = (check: string, message: string, fix: string): Finding => ({
  check,
  status: 'failed',
  message,
  fix,
})
