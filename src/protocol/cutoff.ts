import type { EvalConfig } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { DAY } from '../core/time.js'
import type { Snapshot } from '../features/snapshot.js'

/** Unix seconds of the first and the last event. @throws UserError when there are no events */
export function timeRange(snapshot: Snapshot): { first: number; last: number } {
  const { eventTime } = snapshot
  if (eventTime.length === 0)
    throw new UserError(
      'The workspace holds no events.',
      'Import some (`adseq import csv FILE...`) or generate some (`adseq generate-data`).',
    )
  let first = Infinity
  let last = 0
  for (let e = 0; e < eventTime.length; e++) {
    if (eventTime[e] < first) first = eventTime[e]
    if (eventTime[e] > last) last = eventTime[e]
  }
  return { first, last }
}

/**
 * The cutoff t of the global temporal split, in unix seconds: training sees events with time <= t, evaluation the
 * conversions in (t, t + K]. `auto` is the last event's time minus K days.
 * @throws UserError when there are no events, the cutoff is no date, or it lies before every event
 */
export function resolveCutoff(snapshot: Snapshot, config: Pick<EvalConfig, 'cutoff' | 'windowDays'>): number {
  const { first, last } = timeRange(snapshot)
  const iso = (t: number): string => new Date(t * 1000).toISOString()
  const span = `The events go from ${iso(first)} to ${iso(last)}`
  if (config.cutoff === 'auto') {
    const t = last - config.windowDays * DAY
    if (t < first)
      throw new UserError(
        `${span}: less than the ${config.windowDays} days of eval.windowDays.`,
        last - first < DAY
          ? 'Import data of a longer time.'
          : `Set eval.windowDays and train.windowDays to less than ${Math.ceil((last - first) / DAY)}, or import data of a ` +
              'longer time.',
      )
    return t
  }
  const t = momentOf(config.cutoff)!
  if (t < first)
    throw new UserError(
      `${span}; the cutoff ${iso(t)} leaves nothing to train on.`,
      'Set eval.cutoff to a later moment, or to auto.',
    )
  return t
}

/** Unix seconds of a cutoff; undefined where it is auto. @throws UserError when it is no date */
export function momentOf(cutoff: EvalConfig['cutoff']): number | undefined {
  if (cutoff === 'auto') return undefined
  const t = typeof cutoff === 'number' ? cutoff : Math.floor(Date.parse(cutoff) / 1000)
  if (Number.isNaN(t))
    throw new UserError(
      `eval.cutoff is "${cutoff}", which is no date.`,
      'Write auto, an ISO date such as 2026-01-31, or unix seconds.',
    )
  return t
}
