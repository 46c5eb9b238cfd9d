import { EventEmitter } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { RetrievalClient } from '../../src/server/retrieval-client.js'
import type { RetrievalAnswer, RetrievalFacts, RetrievalRequest } from '../../src/server/retrieval.js'

const facts: RetrievalFacts = { items: 3, asOf: 1, known: { items: 3, advertisers: 1 } }

/** The far end of a thread, in the hands of the test. */
class FakeWorker extends EventEmitter {
  readonly asked: RetrievalRequest[] = []
  postMessage(request: RetrievalRequest): void {
    this.asked.push(request)
  }
  async terminate(): Promise<number> {
    this.emit('exit', 1)
    return 1
  }
  says(answer: RetrievalAnswer): void {
    this.emit('message', answer)
  }
}

async function connected() {
  const worker = new FakeWorker()
  const client = RetrievalClient.connect(worker as unknown as Worker)
  worker.says({ kind: 'ready', facts })
  return { worker, client: await client }
}

const one = (index: number) => ({ indices: Int32Array.of(index), scores: Float32Array.of(1) })

describe('RetrievalClient', () => {
  it('gives every question its own answer, in whatever order they come', async () => {
    const { worker, client } = await connected()
    const [first, second] = [client.search(Float32Array.of(1), 1), client.search(Float32Array.of(2), 1)]
    worker.says({ kind: 'answer', id: worker.asked[1].id, items: one(22) })
    worker.says({ kind: 'answer', id: worker.asked[0].id, items: one(11) })
    expect([(await first).indices[0], (await second).indices[0]]).toEqual([11, 22])
    expect(client.facts).toBe(facts)
  })

  it('fails one question and goes on', async () => {
    const { worker, client } = await connected()
    const bad = client.search(Float32Array.of(1), 1)
    worker.says({ kind: 'failed', id: worker.asked[0].id, message: 'no' })
    await expect(bad).rejects.toThrow('no')
    expect(client.dead).toBe(false)
  })

  it('fails all questions, old and new, when the thread dies', async () => {
    const { worker, client } = await connected()
    const pending = client.search(Float32Array.of(1), 1)
    worker.emit('error', new Error('out of memory'))
    await expect(pending).rejects.toThrow('out of memory')
    await expect(client.search(Float32Array.of(1), 1)).rejects.toThrow('out of memory')
    expect(client.dead).toBe(true)
  })

  it('is refused with the message and the hint of the thread', async () => {
    const worker = new FakeWorker()
    const client = RetrievalClient.connect(worker as unknown as Worker)
    worker.says({ kind: 'refused', message: 'damaged', hint: 'build it again' })
    await expect(client).rejects.toMatchObject({ name: 'UserError', message: 'damaged', hint: 'build it again' })
  })
})
