import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'

export interface Answered {
  /** milliseconds from when the request was due to the last byte of the answer */
  ms: number
  /** 0: there was none */
  status: number
}

export interface OpenLoopOptions {
  url: string
  /** requests a second, evenly spaced */
  rate: number
  seconds: number
  body: () => unknown
  /** milliseconds after which an answer is not waited for */
  timeout?: number
}

/**
 * Sends POST requests at their due times, whether earlier ones are answered or not, and counts from when each was due:
 * a server that stalls is charged for everything that it kept waiting (no coordinated omission). autocannon was tried
 * and left: it sends the requests of a second in one burst.
 */
export async function openLoop({ url, rate, seconds, body, timeout = 10_000 }: OpenLoopOptions): Promise<Answered[]> {
  const agent = new Agent({ keepAlive: true })
  const total = Math.round(rate * seconds)
  const answers: Promise<Answered>[] = []
  const start = performance.now()
  const dueAt = (n: number): number => start + (1000 * n) / rate
  await new Promise<void>((resolve) => {
    const sendDue = (): void => {
      while (answers.length < total && dueAt(answers.length) <= performance.now())
        answers.push(send(url, agent, JSON.stringify(body()), dueAt(answers.length), timeout))
      if (answers.length < total) setTimeout(sendDue, 1)
      else resolve()
    }
    sendDue()
  })
  const all = await Promise.all(answers)
  agent.destroy()
  return all
}

function send(url: string, agent: Agent, body: string, due: number, timeout: number): Promise<Answered> {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve) => {
    const done = (status: number): void => resolve({ ms: performance.now() - due, status })
    const sent = request(url, { method: 'POST', agent, headers, timeout }, (response) => {
      response.resume()
      response.once('end', () => done(response.statusCode!))
      response.once('error', () => done(0))
    })
    sent.once('timeout', () => sent.destroy(new Error('too late')))
    sent.once('error', () => done(0))
    sent.end(body)
  })
}
