import { setTimeout as sleep } from 'node:timers/promises'
import { Interrupted, UserError } from '../../src/core/errors.js'
import { handOver, serveThread, threadData, type Call } from '../../src/core/thread.js'

/** The far end of a thread to test with. */
let kept = new Float32Array()

const methods = {
  started: (): string => threadData<string>(),
  later: ({ after, value }: { after: number; value: unknown }): Promise<unknown> => sleep(after, value),
  fail(how: 'user' | 'interrupted' | 'fault' | 'text'): never {
    if (how === 'user') throw new UserError('No data.', 'Import some.')
    if (how === 'interrupted') throw new Interrupted('Run it again.')
    if (how === 'text') throw 'a string'
    throw Object.assign(new Error('write failed'), { code: 'SQLITE_FULL' })
  },
  count(most: number, { emit }: Call): string {
    for (let n = 1; n <= most; n++) emit(n)
    return 'counted'
  },
  double(numbers: Float32Array): { numbers: Float32Array } {
    kept = numbers.map((x) => 2 * x)
    return handOver({ numbers: kept }, [kept])
  },
  leftover: (): number => kept.length,
  waitForAbort: (_: undefined, { signal }: Call): Promise<never> =>
    new Promise((_resolve, reject) => {
      const fail = (): void => reject(signal.reason as Error)
      if (signal.aborted) fail()
      else signal.addEventListener('abort', fail)
    }),
  async die(how: 'throw' | 'exit'): Promise<void> {
    if (how === 'exit') process.exit(3)
    setImmediate(() => {
      throw new Error('it broke')
    })
    await sleep(60_000)
  },
}

export type EchoThread = typeof methods
serveThread(methods)
