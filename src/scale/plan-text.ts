import { wrap } from '../core/wrap.js'
import { count, duration } from '../text/numbers.js'
import { columns } from '../text/table.js'
import type { Plan, PlanPart } from './plan.js'

/** The plan as lines: the table of parts, where each figure is from, and how far one machine goes. */
export function planText({ parts, oneMachine }: Plan, width: number): string[] {
  const said = (text: string, label = ''): string[] => wrap(text, width, label).split('\n')
  const row = (part: PlanPart): string[] => [
    `  ${part.kind}`,
    size(part.memoryGB),
    size(part.diskGB),
    `${count(part.cores)}${part.tooSlow ? ' !' : ''}`,
    count(part.machines),
    part.batchHours === 0 ? '-' : duration(part.batchHours * 3600),
    `$${count(part.monthly)}`,
  ]
  // each way that a part can be done stands below its name
  const rows = parts.flatMap((part, i) => (parts[i - 1]?.part === part.part ? [row(part)] : [[part.part], row(part)]))
  return [
    ...columns([['', 'memory', 'disk', 'cores', 'machines', 'batch', 'a month'], ...rows]),
    ...(parts.some(({ tooSlow }) => tooSlow)
      ? ['', '! the latency asked for cannot be kept: one request alone takes too long']
      : []),
    '',
    'From:',
    ...parts.flatMap((part) => said(part.from, `  ${part.part}, ${part.kind}: `)),
    '',
    'One machine, in these proportions, with an index of:',
    ...columns([
      ['', 'items', 'users', 'requests a day', 'what ends'],
      ...oneMachine.map(({ kind, items, users, requestsPerDay, endsBy }) => [
        `  ${kind}`,
        count(items),
        count(users),
        count(requestsPerDay),
        endsBy,
      ]),
    ]),
    '',
    ...said(whyStored(parts)),
  ]
}

/** Why best advertisers are stored: what they take on request beside what they take by night. */
function whyStored(parts: readonly PlanPart[]): string {
  const of = (kind: string): PlanPart =>
    parts.find(({ part, kind: k }) => part === 'best advertisers' && k.includes(kind))!
  const [asked, made, read] = [of('on request'), of('at night'), of('read')]
  const users = parts.find(({ part, kind }) => part === 'user vectors' && kind.includes('night'))!
  const stored = users.monthly + made.monthly + read.monthly
  return (
    `Best advertisers on request take ${count(asked.cores)} cores at the peak, $${count(asked.monthly)} a month; made ` +
    `by night for users with new events, and read, ${count(read.cores)} cores at the peak, $${count(stored)} a month ` +
    'with the encoding.'
  )
}

const size = (gigabytes: number): string =>
  gigabytes === 0 ? '-' : gigabytes < 1 ? `${count(gigabytes * 1000)} MB` : `${count(gigabytes)} GB`
