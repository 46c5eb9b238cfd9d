import type { Config } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { silent } from '../core/progress.js'
import { DAY } from '../core/time.js'
import { loadSnapshot } from '../features/snapshot-file.js'
import { historyEnd, type Snapshot } from '../features/snapshot.js'
import { resolveCutoff } from '../protocol/cutoff.js'
import { openStore } from '../store/open.js'

/** What a study must know of the data before it trains. */
export interface WorkspaceData {
  hash: string
  users: number
  items: number
  advertisers: number
  /** the cutoff t, unix seconds: studies and users of their outcome report the window (t, t + K] */
  cutoff: number
  windowDays: number
  /** t - K: what is selected on is the window (t - K, t] */
  selectionCutoff: number
  /** events of histories up to the cutoff: the longest, and the one in the middle */
  longest: number
  middle: number
}

/** @throws UserError when there are no data, too little time, or intervals are switched off */
export function readWorkspaceData(folder: string, config: Config): WorkspaceData {
  if (config.eval.bootstrap < 20)
    throw new UserError(
      `eval.bootstrap is ${config.eval.bootstrap}: a study compares by intervals, which need resamples.`,
      'Set eval.bootstrap to 200 or more.',
    )
  if (config.eval.protocol === 'leave-one-out')
    throw new UserError(
      'Studies are of the temporal split, and eval.protocol is leave-one-out.',
      'Set eval.protocol: temporal, or add --set eval.protocol=temporal.',
    )
  const store = openStore(folder, { readonly: true })
  try {
    const snapshot = loadSnapshot(folder, store, silent)
    const cutoff = resolveCutoff(snapshot, config.eval)
    const { windowDays } = config.eval
    const { hash, users, items, advertisers } = snapshot
    return {
      hash,
      users,
      items,
      advertisers,
      cutoff,
      windowDays,
      selectionCutoff: cutoff - windowDays * DAY,
      ...historyLengths(snapshot, cutoff),
    }
  } finally {
    store.close()
  }
}

function historyLengths(snapshot: Snapshot, cutoff: number): { longest: number; middle: number } {
  const lengths = Int32Array.from(
    { length: snapshot.users },
    (_, user) => historyEnd(snapshot, user, cutoff) - snapshot.offsets[user],
  )
    .filter((n) => n > 0)
    .sort()
  return { longest: lengths[lengths.length - 1] ?? 0, middle: lengths[lengths.length >> 1] ?? 0 }
}
