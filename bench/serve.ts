/**
 * npm run bench serve [-- --json --items 1000000 --users 100000 --ads 1000000 --rate 300 --seconds 30 --keep DIR
 *   --soak SECONDS]
 *
 * Makes a workspace of random vectors, starts the real server on it, and drives POST /v1/ads over loopback at a fixed
 * rate, open loop: a request counts from when it was due. First with stored users, then with histories that are encoded
 * on the spot, then at five times the rate; last, at rates that rise until one request of a hundred is not answered.
 * --keep leaves the workspace, and uses the one that lies there. --soak asks for stored users alone, for so long, and
 * tells memory and latency ten times on the way.
 */
import { execa } from 'execa'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { Rng } from '../src/core/rng.js'
import { duration, short } from '../src/text/numbers.js'
import { openLoop, type Answered } from './open-loop.js'
import { makeWorkspace } from './serve-workspace.js'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    items: { type: 'string', default: '1000000' },
    users: { type: 'string', default: '100000' },
    ads: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '30' },
    keep: { type: 'string' },
    soak: { type: 'string' },
  },
})
const [items, users, ads, rate, seconds] = [flags.items, flags.users, flags.ads, flags.rate, flags.seconds].map(Number)
/** Of each rate of the curve, in seconds; and by how much each is above the one before. */
const CURVE = { seconds: 8, step: 1.5 }
/** Events of a history that is sent. */
const SENT = 20

const tell = (text: string): void => {
  if (!flags.json) console.error(`  ${text}`)
}

interface Driven {
  /** of what was accepted, milliseconds from when it was due */
  p50: number
  p99: number
  p999: number
  /** answered per second */
  throughput: number
  /** processor milliseconds of the server, a request */
  cpuMs: number
  shed: number
  errors: number
}

const rng = new Rng(1)
const ofUser = (): unknown => ({ user: `u${rng.int(users)}` })
const ofHistory = (): unknown => ({
  events: Array.from({ length: SENT }, () => ({ type: 'view', item: `i${rng.int(items)}` })),
})

async function drive(url: string, perSecond: number, forSeconds: number, body: () => unknown): Promise<Driven> {
  const before = cpuMs()
  const answers = await openLoop({ url: `${url}/v1/ads`, rate: perSecond, seconds: forSeconds, body })
  const accepted = sorted(answers.filter(({ status }) => status === 200))
  const shed = answers.filter(({ status }) => status === 503).length
  return {
    p50: at(accepted, 0.5),
    p99: at(accepted, 0.99),
    p999: at(accepted, 0.999),
    throughput: accepted.length / forSeconds,
    cpuMs: (cpuMs() - before) / answers.length,
    shed,
    errors: answers.length - accepted.length - shed,
  }
}

const sorted = (answers: readonly Answered[]): number[] => answers.map(({ ms }) => ms).sort((a, b) => a - b)
const at = (ms: readonly number[], quantile: number): number => ms[Math.floor(ms.length * quantile)] ?? NaN

let serverPid = 0
/** Processor time of the server so far: less than latencies it depends on what else the machine does. */
const cpuMs = (): number => {
  const fields = readFileSync(`/proc/${serverPid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const rssMB = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024

const folder = flags.keep ?? mkdtempSync(join(tmpdir(), 'adseq-bench-'))
mkdirSync(folder, { recursive: true })
try {
  if (!existsSync(join(folder, 'index'))) {
    const began = performance.now()
    const made = await makeWorkspace(folder, { items, users, ads }, tell)
    tell(`made ${made.generation} in ${duration((performance.now() - began) / 1000)} (recall ${made.recall})`)
  }
  const server = execa(process.execPath, ['bin/run.js', 'serve', '--port', '0', '--workspace', folder], {
    reject: false,
    env: { ADSEQ_WORKSPACE: undefined },
  })
  const url = await new Promise<string>((resolve, reject) => {
    server.stdout.on('data', (text: Buffer) => {
      const found = /http:\/\/\S+/.exec(text.toString())
      if (found) resolve(found[0])
    })
    void server.then(({ stderr }) => reject(new Error(stderr)))
  })
  serverPid = server.pid!
  tell(`serving on ${url}`)
  await drive(url, rate / 2, 5, ofUser)
  const start = rssMB(server.pid!)
  if (flags.soak !== undefined) {
    const part = Number(flags.soak) / 10
    for (let n = 1; n <= 10; n++) {
      const { p50, p99, shed, errors } = await drive(url, rate, part, ofUser)
      const at = `${duration(n * part)}: ${Math.round(rssMB(server.pid!))} MB (${Math.round(start)} at the start)`
      console.log(`${at}, p50 ${short(p50)} p99 ${short(p99)} ms, ${shed} shed, ${errors} errors`)
    }
    server.kill('SIGTERM')
    await server
    process.exit(0)
  }
  const stored = await drive(url, rate, seconds, ofUser)
  const realtime = await drive(url, rate, seconds, ofHistory)
  const overload = await drive(url, 5 * rate, seconds, ofUser)
  const rss = [start, rssMB(server.pid!)]
  const curve: [perSecond: number, driven: Driven][] = []
  for (let perSecond = Math.ceil(rate / 10), holds = !flags.json; holds && perSecond < 5 * rate;) {
    const driven = await drive(url, perSecond, CURVE.seconds, ofUser)
    curve.push([perSecond, driven])
    holds = driven.throughput > 0.99 * perSecond
    perSecond = Math.ceil(perSecond * CURVE.step)
  }
  const metrics = await (await fetch(`${url}/metrics`)).text()
  server.kill('SIGTERM')
  await server
  const part = ({ p50, p99, p999, errors, shed }: Driven) => ({ p50, p99, p999, errors: errors + shed })
  const result = {
    rate,
    stored: part(stored),
    realtime: part(realtime),
    overload: { acceptedP99: overload.p99, shed: overload.shed, errors: overload.errors },
    rssMB: rss.map(Math.round),
  }
  if (flags.json) console.log(JSON.stringify(result))
  else {
    const line = (name: string, { p50, p99, p999, throughput, cpuMs, shed, errors }: Driven): void =>
      console.log(
        `${name.padEnd(22)} p50 ${short(p50)} p99 ${short(p99)} p99.9 ${short(p999)} ms, ${short(throughput)} a second, ` +
          `${shed} shed, ${errors} errors, ${short(cpuMs)} ms of processor each`,
      )
    line(`stored, ${rate}/s`, stored)
    line(`real time, ${rate}/s`, realtime)
    line(`overload, ${5 * rate}/s`, overload)
    for (const [perSecond, driven] of curve) line(`curve, ${perSecond}/s`, driven)
    console.log(`memory ${result.rssMB.join(' -> ')} MB`)
    for (const [, stage, sum] of metrics.matchAll(/^adseq_stage_seconds_sum\{stage="([^"]+)"\} (\S+)$/gm)) {
      const n = Number(new RegExp(`^adseq_stage_seconds_count\\{stage="${stage}"\\} (\\S+)$`, 'm').exec(metrics)![1])
      console.log(`  ${stage.padEnd(20)} ${short((1000 * Number(sum)) / n)} ms on average`)
    }
  }
} finally {
  if (flags.keep === undefined) rmSync(folder, { recursive: true, force: true })
}
