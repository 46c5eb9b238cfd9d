import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  ONLINE_CLAIMS,
  judge,
  reproduceOnline,
  type MetricFound,
  type OnlineClaim,
  type OnlineReproduction,
} from '../../src/study/online.js'
import { onlineText } from '../../src/study/online-text.js'
import { reproduceRequest } from '../../src/study/request.js'

const claim = (id: string): OnlineClaim => ONLINE_CLAIMS.find((one) => one.id === id)!
const found = (name: string, low: number, high: number, truth: number | null): MetricFound => ({
  name,
  lift: (low + high) / 2,
  interval: [low, high],
  truth,
})
const others = claim('others').metrics

describe('an online claim', () => {
  it('holds, does not hold or cannot be told by the side of 0 on which the interval lies', () => {
    const verdict = (id: string, metric: string, low: number, high: number, truth: number | null): unknown[] => {
      const made = judge(claim(id), 'order', [found(metric, low, high, truth)])
      return [made.verdict, made.truth]
    }
    expect(verdict('conversions', 'conversions', 0.1, 0.3, 0.2)).toEqual(['holds', 'holds'])
    expect(verdict('conversions', 'conversions', -0.3, -0.1, 0.2)).toEqual(['does not hold', 'holds'])
    expect(verdict('conversions', 'conversions', -0.1, 0.3, -0.05)).toEqual(['cannot be told', 'does not hold'])
    expect(verdict('cpa', 'CPA', -0.3, -0.1, null)).toEqual(['holds', null])
    expect(verdict('cpa', 'CPA', 0.1, 0.2, 0.1)).toEqual(['does not hold', 'does not hold'])
  })

  it('of little impact holds where all intervals are within 5 %, and not where one is beyond', () => {
    const all = others.map((name) => found(name, -0.02, 0.03, 0.01))
    expect(judge(claim('others'), 'noise', all).verdict).toBe('holds')
    const wide = [...all.slice(1), found(others[0], -0.02, 0.07, 0.01)]
    expect(judge(claim('others'), 'noise', wide)).toMatchObject({ verdict: 'cannot be told', truth: 'holds' })
    const beyond = [...wide.slice(1), found(others[1], -0.2, -0.06, -0.1)]
    expect(judge(claim('others'), 'noise', beyond)).toMatchObject({ verdict: 'does not hold', truth: 'does not hold' })
  })

  it('without an interval cannot be told', () => {
    const none = { name: 'conversions', lift: 4, interval: null, truth: 0.2 }
    expect(judge(claim('conversions'), 'bag', [none]).verdict).toBe('cannot be told')
  })

  it('is asked for alone', () => {
    const ask = (claims: string[]): unknown => reproduceRequest({ budget: '1m', claims, seeds: 1 })
    expect(() => ask(['pooling', 'online'])).toThrow('make worlds of their own')
    expect(() => ask(['offline'])).toThrow('There is no claim called offline')
  })
})

describe('the text', () => {
  it('fits 80 columns, and says what the budget had no room for', () => {
    const metrics = others.map((name) => found(name, -0.123, 4.5678, 1.2345))
    const result: OnlineReproduction = {
      ...{ version: 1, id: 'one', world: 'tutorial', days: 30, set: [], budgetSeconds: 60, spentSeconds: 61 },
      findings: [
        judge(claim('others'), 'order', metrics),
        judge(claim('cpa'), 'bag', [found('CPA', -0.3, -0.1, -0.2)]),
      ],
      missing: ['noise item-level'],
    }
    const lines = onlineText(result).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    const row = (world: string): string | undefined => lines.find((line) => line.startsWith(`${world} `))
    expect(row('bag')).toMatch(/CPA +-20 % +-30 to -10 % +-20 % +yes +yes/)
    expect(row('order')).toMatch(/click rate +\+222 % +-12 to \+457 % +\+123 % +open +no/)
    expect(lines.join(' ')).toContain('no room for: noise item-level')
  })
})

const metrics = ['conversions', 'CPA', ...others].map((name) => found(name, 0.1, 0.3, 0.2))

/** Stands in for adseq: notes what it is asked, and prints an experiment. */
const STAND_IN = `log=$1
shift
echo "$*" >> "$log"
echo '${JSON.stringify({ metrics })}'
`

describe('a reproduction of the online claims', () => {
  it('runs every command once, all settings before the next experiment, and goes on where it was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'adseq-online-'))
    try {
      const [script, log] = [join(folder, 'stand-in.sh'), join(folder, 'log')]
      writeFileSync(script, STAND_IN)
      writeFileSync(log, '')
      const run = (seconds: number): Promise<OnlineReproduction> =>
        reproduceOnline({
          adseq: {
            start: ['/bin/sh', script, log],
            folder,
            print: () => {},
            signal: new AbortController().signal,
          },
          ...{ set: ['train.steps=7'], world: 'tiny', days: 3, seconds },
        })
      const asked = (): string[] => readFileSync(log, 'utf8').split('\n').slice(0, -1)
      const none = await run(0)
      expect([none.findings.length, none.missing.length, asked().length]).toEqual([0, 15, 0])
      const { findings, missing, id } = await run(600)
      expect([findings.length, missing.length]).toEqual([15, 0])
      expect(findings.filter(({ verdict }) => verdict === 'does not hold').map(({ claim: of }) => of)).toEqual(
        ['cpa', 'others'].flatMap((of) => [of, of, of]),
      )
      const lines = asked().map((line) => line.replace(/ --workspace \S*\/(\w+) --json$/, ' in $1'))
      expect(lines.slice(0, 6)).toEqual([
        'init --template tutorial --force in order',
        'generate-data --preset tiny in order',
        'train item --set train.steps=7 in order',
        'train advertiser --set train.steps=7 in order',
        'train l1 --set train.steps=7 in order',
        'simulate --preset sequence-model --days 3 --set train.steps=7 in order',
      ])
      expect(lines[7]).toBe('generate-data --preset tiny --set orderDependence=0 in bag')
      expect(lines.slice(-6).map((line) => line.replace(/ --days.* in/, ''))).toEqual(
        ['real-time', 'advertiser-against-item'].flatMap((preset) =>
          ['order', 'bag', 'noise'].map((setting) => `simulate --preset ${preset} ${setting}`),
        ),
      )
      await run(600)
      expect(asked().length).toBe(lines.length)
      const kept = JSON.parse(readFileSync(join(folder, 'studies', id, 'online.json'), 'utf8')) as OnlineReproduction
      expect(kept.findings).toEqual(findings)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }, 60_000)
})
