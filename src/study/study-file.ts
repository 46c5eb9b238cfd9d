import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomic } from '../core/atomic.js'
import { UserError, hasCode } from '../core/errors.js'
import { takeLock } from '../core/lock.js'

/** What every study keeps of itself. */
export interface StudyState {
  version: 1
  /** names what is studied: another study may not go on with this file */
  identity: string
  /** wall-clock seconds at work so far, over all times it was started */
  spentSeconds: number
}

/** studies/<id>/ of a workspace, held by this process alone. */
export interface StudyFolder<S extends StudyState> {
  id: string
  path: string
  state: S
  /** atomically; time spent is counted up to now */
  save(): void
  /** seconds at work so far */
  spent(): number
  /** a file beside the state, written atomically; gives its path */
  write(name: string, content: string): string
  release(): void
}

export const studyFolder = (workspace: string, id: string): string => join(workspace, 'studies', id)

/**
 * Opens a study where it was left, or a fresh one.
 * @throws UserError when another process works on it, the file is damaged, or the name belongs to another study
 */
export function openStudy<S extends StudyState>(
  workspace: string,
  id: string,
  file: string,
  fresh: S,
  now: () => number = Date.now,
): StudyFolder<S> {
  const path = studyFolder(workspace, id)
  mkdirSync(path, { recursive: true })
  const release = takeLock(join(path, 'study.lock'), `run of the study ${id}`)
  try {
    const state = readState<S>(join(path, file)) ?? fresh
    if (state.identity !== fresh.identity) {
      throw new UserError(
        `The study ${id} is of other data or settings.`,
        'Give this one another --name, or repeat the flags and settings that the first was started with.',
      )
    }
    const [before, started] = [state.spentSeconds, now()]
    const spent = (): number => before + (now() - started) / 1000
    return {
      id,
      path,
      state,
      spent,
      release,
      save() {
        state.spentSeconds = spent()
        writeFileAtomic(join(path, file), `${JSON.stringify(state, undefined, 2)}\n`)
      },
      write(name, content) {
        writeFileAtomic(join(path, name), content)
        return join(path, name)
      },
    }
  } catch (error) {
    release()
    throw error
  }
}

function readState<S extends StudyState>(path: string): S | undefined {
  let state: S
  try {
    state = JSON.parse(readFileSync(path, 'utf8')) as S
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw new UserError(
      `${path} is damaged.`,
      'Delete it and run the same command again: finished trainings are found and not repeated.',
    )
  }
  if (state.version !== 1)
    throw new UserError(`${path} was written by another adseq.`, 'Give this study another --name.')
  return state
}
