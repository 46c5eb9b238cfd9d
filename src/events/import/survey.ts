import { Interrupted } from '../../core/errors.js'
import type { FileImport } from './import-file.js'
import type { Sink } from './sink.js'
import { walk } from './walk.js'

/** The time of the last event of some files, unix seconds; undefined where they hold none. Reads them through. */
export async function lastTime(files: readonly FileImport[], signal?: AbortSignal): Promise<number | undefined> {
  let last = -Infinity
  const sink: Sink = {
    event({ time }) {
      if (time > last) last = time
    },
    item: () => undefined,
    user: () => undefined,
    advertiser: () => undefined,
  }
  for (const file of files) {
    await walk({
      reader: file.open(file.offset, file.line),
      width: file.width,
      read: file.rows(sink).read,
      tally: { rows: 0, skipped: 0, skips: {} },
      reject: () => undefined,
      block() {
        if (signal?.aborted) throw new Interrupted('Nothing was written yet; run the same command again.')
      },
    })
  }
  return last > -Infinity ? last : undefined
}
