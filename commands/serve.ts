import { Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { engineFlags, engineSettings, setFlag } from '../src/cli/engine-flags.js'
import { loadConfig } from '../src/config/load.js'

export default class Serve extends AdseqCommand {
  static override summary = 'Serve the current generation over HTTP.'
  static override description = `POST /v1/ads                    ads for a user, or for a history sent
POST /v1/events                 what a user did; the next answer knows it
POST /v1/retrieve               items and advertisers for a history sent
GET  /v1/users/ID               what is stored of a user
GET  /v1/users/ID/candidates    their stored advertisers, items by the index
GET  /v1/items/ID/neighbours    items near it
GET  /v1/search?q=WORDS         users, items and advertisers by words
GET  /                          a page to look around on (--no-page: none)
GET  /docs, /openapi.json       every route with all it takes, to try out
GET  /healthz, /readyz          the process; whether it can answer
GET  /metrics                   for Prometheus

For example {"user": "ID", "k": 20} to /v1/ads, with events in the place of user for a history, and with context, exclude
and trace where wanted.

A generation that adseq index publishes, or adseq generations activates, is picked up without a restart, and so are changed
ads. Events are taken from who sends the token (authorization: Bearer TOKEN), from nobody where there is none. Over a bound
of requests in flight the server answers 503 with Retry-After. It listens on 127.0.0.1 unless told otherwise, and asks for no
password to read: do not open it to a network you do not trust.`
  static override examples = [
    '<%= config.bin %> serve',
    '<%= config.bin %> serve --port 0 --json',
    'curl -s localhost:8787/v1/users/900/candidates?k=5',
  ]

  static override flags = {
    host: Flags.string({ description: 'address to listen on; default: serve.host of adseq.yaml' }),
    port: Flags.integer({
      min: 0,
      max: 65535,
      description: 'port; 0 = any free one; default: serve.port of adseq.yaml',
    }),
    'max-in-flight': Flags.integer({
      min: 1,
      default: 64,
      description: 'requests worked on at once; more are answered with 503',
    }),
    token: Flags.string({
      env: 'ADSEQ_TOKEN',
      description: 'what POST /v1/events must send; better set in the environment, where other users do not see it',
    }),
    shadow: Flags.string({
      helpValue: 'GENERATION',
      description: 'another generation that answers the same in the background; the overlap is a metric',
    }),
    page: Flags.boolean({ default: true, allowNo: true, description: 'a page to look around on, at /' }),
    log: Flags.boolean({ description: 'a JSON line on stderr for every request' }),
    set: setFlag,
    ...engineFlags,
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Serve)
    const folder = this.folder(flags)
    const address = [
      flags.host !== undefined && `serve.host=${flags.host}`,
      flags.port !== undefined && `serve.port=${flags.port}`,
    ].filter((s): s is string => Boolean(s))
    const config = loadConfig(folder, { set: [...flags.set, ...engineSettings(flags), ...address] })
    const { serve } = await import('../src/server/serve.js')
    const logger = { level: flags.log ? 'info' : 'warn', stream: process.stderr }
    const stop = new Promise<string>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal))
    })
    const server = await serve({
      folder,
      config,
      maxInFlight: flags['max-in-flight'],
      token: flags.token,
      shadow: flags.shadow,
      logger,
      page: flags.page,
      version: this.config.version,
    })
    const progress = this.progress(flags)
    this.log(`Serving ${server.generation} on ${server.url}`)
    if (flags.page) progress.line('Open that address in a browser to look around.')
    progress.line('Stop it with Ctrl-C.')
    const signal = await stop
    await server.close()
    progress.line('Stopped.')
    return { url: server.url, generation: server.generation, stoppedBy: signal }
  }
}
