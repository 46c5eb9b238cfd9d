import { parentPort, workerData } from 'node:worker_threads'
import { UserError } from '../core/errors.js'
import { silent } from '../core/progress.js'
import type { Answer, Question, ThreadData } from './lookup-worker.js'
import { openSubject } from './open.js'
import { inspectUser, randomUser } from './user.js'

/** Items retrieved and events shown of a user: more than a screen, to be scrolled. */
const SHOWN = { k: 100, events: 500 }

const opened = openSubject({ ...(workerData as ThreadData), progress: silent })
// told to whoever asks next
opened.catch(() => undefined)

parentPort!.on('message', (question: Question) => {
  void answer(question).then(
    (value) => reply({ id: question.id, value }),
    (error: Error) =>
      reply({
        id: question.id,
        error: { message: error.message, hint: error instanceof UserError ? error.hint : undefined },
      }),
  )
})

function reply(message: Answer): void {
  parentPort!.postMessage(message)
}

async function answer({ ask, argument }: Question): Promise<unknown> {
  if (ask === 'close') {
    await opened.then((o) => o.close()).catch(() => undefined)
    parentPort!.close()
    return undefined
  }
  const { subject } = await opened
  if (ask === 'user') return inspectUser(subject, String(argument), SHOWN)
  return ask === 'random' ? randomUser(subject, Number(argument)) : undefined
}
