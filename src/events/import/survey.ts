import { Interrupted } from '../../core/errors.js'
import { EventGate, type GateOptions } from './event-gate.js'
import type { FileImport } from './import-file.js'
import { NOWHERE } from './sink.js'
import { emptyTally, walk } from './walk.js'

/**
 * The time of the last event of some files that an import would store, unix seconds; undefined where they hold none.
 * Reads them through.
 */
export async function lastTime(
  files: readonly FileImport[],
  options: GateOptions,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const gate = new EventGate(NOWHERE, options)
  for (const file of files) {
    await walk({
      reader: file.open(file.offset, file.line),
      width: file.width,
      read: gate.rows(file.rows(gate.sink)).read,
      tally: emptyTally(),
      reject: () => undefined,
      block() {
        if (signal?.aborted)
          throw new Interrupted('Run the same command again.', 'Interrupted; nothing was written yet.')
      },
    })
  }
  return gate.span().last
}
