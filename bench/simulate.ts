/**
 * npm run bench simulate -- --workspace FOLDER [--json] [--days 30] [--seeds 200] [--set key=value]
 *
 * Lives one world of a workspace (generate-data, train item, train advertiser before) with everyone in one arm, in one
 * thread. Prints requests a second, by the clock and by the processor's time (what counts where others keep it busy),
 * milliseconds of the funnel, memory after the first and the last day, and how often an A/A experiment finds something:
 * users are split anew for every seed, which in a world whose arms are the same changes only who is compared with
 * whom. A share is right where it lies in the binomial interval beside it.
 */
import { parseArgs } from 'node:util'
import { loadConfig } from '../src/config/load.js'
import { silent } from '../src/core/progress.js'
import { PRESETS } from '../src/simulate/arms.js'
import { armOf } from '../src/simulate/assignment.js'
import { conversionsBefore, groups } from '../src/simulate/groups.js'
import { DailyLooks } from '../src/simulate/looks.js'
import { live } from '../src/simulate/live.js'
import { METRICS, compare } from '../src/simulate/metrics.js'
import { COLUMNS, type Outcomes, type DayEnd } from '../src/simulate/outcomes.js'
import { DEFAULTS, settingOf } from '../src/simulate/setting.js'
import { Workspace } from '../src/workspace/workspace.js'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean' },
    workspace: { type: 'string', default: '.' },
    days: { type: 'string', default: '30' },
    seeds: { type: 'string', default: '200' },
    set: { type: 'string', multiple: true, default: [] },
  },
})
const days = Number(flags.days)
const seeds = Number(flags.seeds)
const config = loadConfig(flags.workspace, { set: [...flags.set, 'engine.threads=1'] })
const workspace = new Workspace(flags.workspace, { config, progress: silent })
const setting = await settingOf(workspace, { ...DEFAULTS, days })
const names = workspace.store.externalIds('users')
const covariate = conversionsBefore(workspace.snapshot, setting.asOf)
const { arms } = PRESETS['a-a']

const ends: DayEnd[] = []
const memory: number[] = []
const started = performance.now()
const cpu = process.cpuUsage()
for await (const end of live(setting, { arms, armOf: new Uint8Array(names.length), budgets: 'shared' }, days)) {
  const outcomes = Object.fromEntries(COLUMNS.map((name) => [name, end.outcomes[name].slice()])) as Outcomes
  ends.push({ ...end, outcomes, shown: [] })
  memory.push(process.memoryUsage().rss)
}
const seconds = (performance.now() - started) / 1000
const { user, system } = process.cpuUsage(cpu)
const cpuSeconds = (user + system) / 1e6
const last = ends.at(-1)!
const requests = last.requests[0]

const covered = METRICS.map(() => 0)
let [any, ever] = [0, 0]
for (let seed = 0; seed < seeds; seed++) {
  const split = Uint8Array.from(names, (name) => armOf(`bench ${seed}`, name, [0.5, 0.5]))
  const compared = compare(last.outcomes, groups(split, last.outcomes, covariate))
  compared.forEach(({ interval }, m) => (covered[m] += !interval || (interval[0] <= 0 && interval[1] >= 0) ? 1 : 0))
  if (compared.some(({ found }) => found)) any++
  const looking = new DailyLooks(days)
  const looks = ends.map((end) => looking.at(end, groups(split, end.outcomes, covariate)))
  if (looks.some((look) => look && (look.interval[0] > 0 || look.interval[1] < 0))) ever++
}
await workspace.close()

/** Half the width of the 95 % interval of a share of so many. */
const error = (share: number): number => 1.96 * Math.sqrt((share * (1 - share)) / seeds)
const result = {
  ads: setting.inventory.ads,
  users: names.length,
  days,
  requests,
  seconds,
  requestsASecond: requests / seconds,
  cpuSeconds,
  requestsACpuSecond: requests / cpuSeconds,
  funnelMs: last.funnelMs[0] / requests,
  memoryMB: { first: Math.round(memory[0] / 1e6), last: Math.round(memory.at(-1)! / 1e6) },
  seeds,
  covered: Object.fromEntries(METRICS.map(({ name }, m) => [name, covered[m] / seeds])),
  expected: [0.95 - error(0.95), 0.95 + error(0.95)],
  found: any / seeds,
  lookedEveryDay: ever / seeds,
  atMost: 0.05 + error(0.05),
}
if (flags.json) console.log(JSON.stringify(result))
else {
  const share = (x: number): string => `${(100 * x).toFixed(1)} %`
  console.log(
    `${requests} requests of ${result.users} users in ${days} days, ${result.ads} ads: ${seconds.toFixed(0)} s, ` +
      (`${result.requestsASecond.toFixed(0)} a second in one thread, ` +
        `${result.requestsACpuSecond.toFixed(0)} a second of processor time, nights included; ` +
        `${result.funnelMs.toFixed(2)} ms of the funnel each\n`) +
      `memory: ${result.memoryMB.first} MB after the first day, ${result.memoryMB.last} MB after the last\n\n` +
      (`A/A over ${seeds} splits: 0 is inside the 95 % interval in (right: ` +
        `${result.expected.map(share).join(' to ')})\n`) +
      METRICS.map(({ name }) => `  ${name.padEnd(24)} ${share(result.covered[name])}`).join('\n') +
      `\nanything found, corrected for all metrics: ${share(result.found)}; at any of ${days} looks: ` +
      `${share(result.lookedEveryDay)} (right: at most ${share(result.atMost)})`,
  )
}
