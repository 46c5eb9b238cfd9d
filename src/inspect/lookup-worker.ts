import type { EvalConfig } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { startWorker } from '../core/worker.js'
import type { RunNames } from '../embed/open-runs.js'
import type { EngineOptions } from '../engine/types.js'
import type { Lookup } from './lookup.js'
import type { UserView } from './types.js'

export interface ThreadData {
  folder: string
  engine: EngineOptions
  eval: EvalConfig
  runs: RunNames
}

export interface Question {
  id: number
  ask: 'open' | 'user' | 'random' | 'close'
  argument?: string | number
}

export interface Answer {
  id: number
  value?: unknown
  /** `hint` is there for the user's own mistakes */
  error?: { message: string; hint?: string }
}

/**
 * A lookup in a thread of its own: encoding blocks the thread it runs in, and a screen must go on taking keys.
 * @throws UserError as openSubject
 */
export async function lookupInThread(data: ThreadData): Promise<Lookup> {
  const worker = startWorker(new URL('./lookup-thread', import.meta.url), data)
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  let last = 0
  worker.on('message', ({ id, value, error }: Answer) => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) one?.resolve(value as never)
    else one?.reject(error.hint === undefined ? new Error(error.message) : new UserError(error.message, error.hint))
  })
  const fail = (error: Error): void => {
    for (const one of waiting.values()) one.reject(error)
    waiting.clear()
  }
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('The thread that looks up users has ended.')))
  const ask = <T>(what: Question['ask'], argument?: string | number): Promise<T> =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject })
      worker.postMessage({ id: last, ask: what, argument } satisfies Question)
    })
  try {
    await ask('open')
  } catch (error) {
    await worker.terminate()
    throw error
  }
  return {
    user: (externalId) => ask<UserView>('user', externalId),
    random: (draw) => ask<string>('random', draw),
    async close() {
      await ask('close').catch(() => undefined)
      await worker.terminate()
    },
  }
}
