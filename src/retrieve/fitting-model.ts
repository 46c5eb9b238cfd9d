import { DAY } from '../core/time.js'
import type { Manifest } from '../runs/manifest.js'
import type { ModelFile } from '../runs/model-file.js'

export interface FittingModel {
  run: string
  /** the model of the run whose scores the weights of the hybrid are fitted on */
  file: ModelFile
  /** whether it has trained on a part of the window that they are fitted in */
  seen: boolean
}

/**
 * The model of a run to fit weights with on the window that begins at `from` (unix seconds): the final one if it has
 * seen nothing of that window, else the one of the select phase.
 */
export function fittingModel(
  { id, cutoff, windowDays, refit, selectedChecksum }: Manifest,
  from: number,
): FittingModel {
  const selectedTo = cutoff - windowDays * DAY
  if ((refit ? cutoff : selectedTo) <= from) return { run: id, file: 'final', seen: false }
  if (refit && selectedChecksum !== undefined) return { run: id, file: 'selected', seen: selectedTo > from }
  return { run: id, file: 'final', seen: true }
}

/** What a reader of the report must know about where hybrid weights come from. */
export function aboutFitting(models: readonly FittingModel[]): string[] {
  const notes: string[] = []
  if (models.some(({ file, seen }) => file === 'selected' && !seen))
    notes.push(
      'hybrid weights are fitted with the model of the select phase, which has not trained on the validation ' +
        'window; only its number of steps was chosen there.',
    )
  const seen = models.filter((model) => model.seen).map(({ run }) => run)
  if (seen.length > 0)
    notes.push(
      `the hybrid weights of ${seen.join(', ')} are fitted in a window that the model has partly trained on; ` +
        'train with the same eval.windowDays to have them fitted outside of it.',
    )
  return notes
}
