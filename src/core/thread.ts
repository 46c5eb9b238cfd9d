import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker, parentPort, workerData } from 'node:worker_threads'
import { Interrupted, UserError } from './errors.js'

/** What a far end is told about one question. */
export interface Call {
  /** aborted, with the error to throw, when the near end gives up */
  signal: AbortSignal
  /** tells the near end something before the answer */
  emit(event: unknown): void
}

/** What a thread can be asked: each method takes one argument that can be sent, and answers or throws. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any argument that can be sent
export type Methods = Record<string, (argument: any, call: Call) => unknown>

export interface AskOptions {
  /** arrays of the argument whose buffers are handed over instead of copied */
  transfer?: readonly ArrayBufferView[]
  signal?: AbortSignal
  onEvent?: (event: unknown) => void
}

type Request = { id: number; method: string; argument: unknown } | { abort: number; reason: SentError }
type Reply = { id: number } & ({ event: unknown } | { answer: unknown } | { error: SentError })

interface Waiting {
  resolve: (answer: unknown) => void
  reject: (error: Error) => void
  onEvent?: (event: unknown) => void
}

/**
 * The near end of a worker thread. The far end is a module `NAME-thread` that calls `serveThread`; its methods are
 * asked by name. Errors are thrown here as what they were there. When the thread dies, every question fails, open or
 * new.
 */
export class Thread<Api extends Methods> {
  private readonly worker: Worker
  private readonly waiting = new Map<number, Waiting>()
  private last = 0
  private failure: Error | undefined
  private readonly watchers: (() => void)[] = []

  /**
   * Starts the thread on a module that lies beside the caller, given without its extension:
   * `new Thread(new URL('./index-thread', import.meta.url))`.
   * @param data what the far end's `threadData` gives
   */
  constructor(
    private readonly module: URL,
    data?: unknown,
  ) {
    this.worker = startWorker(module, data)
    this.worker.on('message', (reply: Reply) => this.settle(reply))
    this.worker.on('error', (error) => this.end(error instanceof Error ? error : new Error(String(error))))
    this.worker.on('messageerror', (error) => this.end(error))
    this.worker.on('exit', (code) => this.end(new Error(`${this.name} ended by itself (code ${code}).`)))
  }

  /** why it can answer no more; undefined while it can */
  get ended(): Error | undefined {
    return this.failure
  }

  /** Calls back once, when the thread can answer no more. */
  onEnd(watcher: () => void): void {
    if (this.failure) watcher()
    else this.watchers.push(watcher)
  }

  /**
   * Asks a method of the far end. An aborted signal is told to it; the promise settles when it has answered.
   * @throws what the method threw, or why the thread ended
   */
  ask<M extends keyof Api & string>(
    method: M,
    argument?: Parameters<Api[M]>[0],
    { transfer, signal, onEvent }: AskOptions = {},
  ): Promise<Awaited<ReturnType<Api[M]>>> {
    if (this.failure) return Promise.reject(this.failure)
    const id = ++this.last
    const send = (request: Request, list?: ArrayBuffer[]): void => this.worker.postMessage(request, list)
    const abort = (): void => send({ abort: id, reason: describeError(signal!.reason) })
    return new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, onEvent })
      try {
        send({ id, method, argument }, transfer && buffers(transfer))
      } catch (error) {
        this.waiting.delete(id)
        throw error
      }
      if (signal?.aborted) abort()
      else signal?.addEventListener('abort', abort, { once: true })
    }).finally(() => signal?.removeEventListener('abort', abort)) as Promise<Awaited<ReturnType<Api[M]>>>
  }

  /** Ends the thread at once; open questions fail. */
  async stop(): Promise<void> {
    this.end(new Error(`${this.name} was stopped.`))
    await this.worker.terminate()
  }

  private get name(): string {
    return `The ${this.module.pathname.split('/').pop()!.replace('-thread', '')} thread`
  }

  private settle(reply: Reply): void {
    const waiting = this.waiting.get(reply.id)
    if ('event' in reply) return waiting?.onEvent?.(reply.event)
    this.waiting.delete(reply.id)
    if ('error' in reply) waiting?.reject(thrownError(reply.error))
    else waiting?.resolve(reply.answer)
  }

  private end(error: Error): void {
    if (this.failure) return
    this.failure = error
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
    for (const watcher of this.watchers.splice(0)) watcher()
  }
}

/**
 * Lends a thread for some work, and ends it after.
 * @param module and data as for a Thread @throws what the work throws
 */
export async function withThread<Api extends Methods, T>(
  module: URL,
  data: unknown,
  work: (thread: Thread<Api>) => Promise<T>,
): Promise<T> {
  const thread = new Thread<Api>(module, data)
  try {
    return await work(thread)
  } finally {
    await thread.stop()
  }
}

/** A thread that is started by the first question, and again where it has died. */
export class ThreadOnDemand<Api extends Methods> {
  private thread: Thread<Api> | undefined

  constructor(
    private readonly module: URL,
    private readonly data?: unknown,
  ) {}

  ask<M extends keyof Api & string>(
    method: M,
    argument?: Parameters<Api[M]>[0],
    options?: AskOptions,
  ): Promise<Awaited<ReturnType<Api[M]>>> {
    if (!this.thread || this.thread.ended) this.thread = new Thread<Api>(this.module, this.data)
    return this.thread.ask(method, argument, options)
  }

  /** whether there is a thread now */
  get started(): boolean {
    return this.thread !== undefined && !this.thread.ended
  }

  async stop(): Promise<void> {
    await this.thread?.stop()
  }
}

/**
 * Answers the questions of the near end, for the life of this thread. Questions are begun in the order they come in.
 */
export function serveThread(methods: Methods): void {
  const port = parentPort!
  const calls = new Map<number, AbortController>()
  const say = (reply: Reply, transfer?: ArrayBuffer[]): void => port.postMessage(reply, transfer)
  const work = async (id: number, method: string, argument: unknown, signal: AbortSignal): Promise<void> => {
    try {
      const answer = await methods[method](argument, { signal, emit: (event) => say({ id, event }, buffersOf(event)) })
      say({ id, answer }, buffersOf(answer))
    } catch (error) {
      say({ id, error: describeError(error) })
    } finally {
      calls.delete(id)
    }
  }
  port.on('message', (request: Request) => {
    if ('abort' in request) return calls.get(request.abort)?.abort(thrownError(request.reason))
    const controller = new AbortController()
    calls.set(request.id, controller)
    void work(request.id, request.method, request.argument, controller.signal)
  })
}

/** What the thread was started with. */
export const threadData = <T>(): T => workerData as T

const handed = new WeakMap<object, ArrayBuffer[]>()

/** Marks buffers of an answer or an event as handed over instead of copied. @returns the value */
export function handOver<T extends object>(value: T, arrays: readonly ArrayBufferView[]): T {
  handed.set(value, buffers(arrays))
  return value
}

const buffers = (arrays: readonly ArrayBufferView[]): ArrayBuffer[] => arrays.map(({ buffer }) => buffer as ArrayBuffer)

const buffersOf = (value: unknown): ArrayBuffer[] | undefined =>
  typeof value === 'object' && value !== null ? handed.get(value) : undefined

/** An error as a message: classes do not survive being sent. */
interface SentError {
  kind: 'user' | 'interrupted' | 'fault'
  message: string
  hint: string
  stack?: string
  code?: string
}

/** What is sent of an error. */
export function describeError(error: unknown): SentError {
  if (error instanceof Interrupted) return { kind: 'interrupted', message: error.message, hint: error.hint }
  if (error instanceof UserError) return { kind: 'user', message: error.message, hint: error.hint }
  const { message, stack, code } = (error instanceof Error ? error : new Error(String(error))) as NodeJS.ErrnoException
  return { kind: 'fault', message, hint: '', stack, code }
}

/** The error that was described, to be thrown here. */
export function thrownError({ kind, message, hint, stack, code }: SentError): Error {
  if (kind === 'interrupted') return new Interrupted(hint, message)
  if (kind === 'user') return new UserError(message, hint)
  // a full disk is told by its code
  const error = code === undefined ? new Error(message) : Object.assign(new Error(message), { code })
  error.stack = stack ?? error.stack
  return error
}

/**
 * Runs the .js of a build and the .ts of the sources alike. ADSEQ_BUILT names a build of these very sources: with it
 * the tests start their threads in a fraction of the time.
 */
function startWorker(module: URL, data: unknown): Worker {
  const file = fileURLToPath(module)
  if (!import.meta.url.endsWith('.ts')) return new Worker(`${file}.js`, { workerData: data })
  const { ADSEQ_BUILT: build } = process.env
  const built = build && join(build, 'src', relative(fileURLToPath(new URL('..', import.meta.url)), `${file}.js`))
  if (built && existsSync(built)) return new Worker(built, { workerData: data, execArgv: [] })
  // from sources (tests, bin/dev.js): a worker thread does not inherit the loader, so it registers tsx itself
  const source = JSON.stringify(pathToFileURL(`${file}.ts`).href)
  const tsx = JSON.stringify(import.meta.resolve?.('tsx/esm/api') ?? 'tsx/esm/api')
  const boot = `import(${tsx}).then(({ register }) => { register(); return import(${source}) })`
  return new Worker(boot, { eval: true, workerData: data, execArgv: [] })
}
