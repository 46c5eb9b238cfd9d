import { afterEach, describe, expect, it } from 'vitest'
import { createBatchSource } from '../../src/train/batch-source.js'
import { BatchQueue } from '../../src/train/batch-queue.js'
import { sourceOptions } from './made-options.js'

describe('the batch queue', () => {
  let thread: BatchQueue | undefined
  afterEach(async () => {
    await thread?.stop()
    thread = undefined
  })

  it('gives the batches of the source in order, however fast they are asked for', async () => {
    const options = sourceOptions({ recencyHalfLifeDays: 9 })
    const source = createBatchSource(options)
    thread = await BatchQueue.start({ ...options, from: 0 })
    expect(thread.buckets).toEqual(source.buckets)
    const batches = await Promise.all(Array.from({ length: 12 }, () => thread?.next()))
    expect(batches).toEqual(Array.from({ length: 12 }, (_, n) => source.batch(n)))
    for (const feed of Object.values(batches[0]?.feeds ?? {})) expect(feed.buffer).toBeInstanceOf(ArrayBuffer)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await thread.next()).toEqual(source.batch(12))
  })

  it('starts at any batch, to resume there', async () => {
    const options = sourceOptions({ objective: 'dense-all-action' })
    thread = await BatchQueue.start({ ...options, from: 41 })
    expect(await thread.next()).toEqual(createBatchSource(options).batch(41))
  })

  it('fails with the user’s mistake', async () => {
    await expect(BatchQueue.start({ ...sourceOptions({ windowDays: 90 }), from: 0 })).rejects.toMatchObject({
      name: 'UserError',
      hint: expect.stringContaining('train.windowDays') as string,
    })
  })

  it('gives no batch after it was stopped', async () => {
    const stopped = await BatchQueue.start({ ...sourceOptions(), from: 0 })
    await stopped.stop()
    await expect(Promise.all(Array.from({ length: 8 }, () => stopped.next()))).rejects.toThrow('stopped')
  })
})
