import { parentPort, workerData } from 'node:worker_threads'
import { runIndexTask, type IndexTask, type IndexTaskResult } from './index-task.js'

export type IndexThreadMessage = { done: number } | { result: IndexTaskResult }

const send = (message: IndexThreadMessage): void => parentPort!.postMessage(message)

send({ result: await runIndexTask(workerData as IndexTask, (done) => send({ done })) })
