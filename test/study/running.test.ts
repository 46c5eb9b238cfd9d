import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { readBudget } from '../../src/study/budget.js'
import { commandLine, runAdseq, type Adseq } from '../../src/study/child.js'
import { runJobs } from '../../src/study/jobs.js'
import { openStudy, type StudyFolder, type StudyState } from '../../src/study/study-file.js'

describe('a budget', () => {
  it('is read in minutes or with its unit', () => {
    expect(['30m', '30', '90s', '1.5h', '2h30m', '5 min'].map(readBudget)).toEqual([1800, 1800, 90, 5400, 9000, 300])
    for (const wrong of ['', 'soon', '-5', '0', '5x', '3m!', 'Infinity'])
      expect(() => readBudget(wrong), wrong).toThrow(UserError)
  })
})

describe('jobs', () => {
  it('run at most so many at once, and each once', async () => {
    const left = [1, 2, 3, 4, 5]
    const done: number[] = []
    let [now, most] = [0, 0]
    await runJobs(
      2,
      () => left.shift(),
      async (one) => {
        most = Math.max(most, ++now)
        await sleep(2)
        now--
        done.push(one)
      },
    )
    expect(most).toBe(2)
    expect(done.sort()).toEqual([1, 2, 3, 4, 5])
  })

  it('start nothing after a failure, and wait for what is under way', async () => {
    const left = [1, 2, 3, 4, 5, 6]
    const ended: number[] = []
    const all = runJobs(
      2,
      () => left.shift(),
      async (one) => {
        await sleep(one === 1 ? 1 : 30)
        if (one === 1) throw new Error('no')
        ended.push(one)
      },
    )
    await expect(all).rejects.toThrow('no')
    expect(ended).toEqual([2])
  })
})

describe('a study on disk', () => {
  it('counts its time over all times it was open, is held by one process, and belongs to one question', () => {
    const folder = mkdtempSync(join(tmpdir(), 'adseq-study-'))
    let clock = 0
    const open = (identity: string): StudyFolder<StudyState> =>
      openStudy(folder, 'one', 'trials.json', { version: 1, identity, spentSeconds: 0 }, () => clock)
    const file = (name: string): string => join(folder, 'studies', 'one', name)
    const first = open('a')
    clock = 5000
    first.save()
    first.release()
    clock = 100_000
    const second = open('a')
    expect(second.state.spentSeconds).toBe(5)
    clock = 102_000
    expect(second.spent()).toBe(7)
    second.release()
    expect(() => open('b')).toThrow('of other data or settings')
    writeFileSync(file('study.lock'), String(process.ppid))
    expect(() => open('a')).toThrow(`process ${process.ppid}`)
    rmSync(file('study.lock'))
    writeFileSync(file('trials.json'), '{"version": 1, "ident')
    expect(() => open('a')).toThrow('is damaged')
    expect(readFileSync(file('trials.json'), 'utf8')).toBe('{"version": 1, "ident')
    rmSync(folder, { recursive: true })
  })
})

describe('commands of its own', () => {
  const lines: string[] = []
  const script = (text: string): Adseq => ({
    start: [process.execPath, '-e', text, '--'],
    folder: process.cwd(),
    print: (line) => lines.push(line),
    signal: new AbortController().signal,
  })

  it('are printed so that a shell reads them as they were meant', () => {
    expect(commandLine(['train', 'item', '--set', 'item.train.logq.negative=0.5'])).toBe(
      'adseq train item --set item.train.logq.negative=0.5',
    )
    expect(commandLine(['eval', '--workspace', "my data's"])).toBe(`adseq eval --workspace 'my data'\\''s'`)
  })

  it('give their object, and their message and hint where they fail', async () => {
    expect(await runAdseq(script('console.log(JSON.stringify(process.argv.slice(1)))'), ['eval', 'item'])).toEqual([
      'eval',
      'item',
      '--workspace',
      '.',
      '--json',
    ])
    expect(lines).toEqual(['$ adseq eval item --workspace .'])
    const fails = (code: number, text: string): Promise<unknown> =>
      runAdseq(script(`console.log(${JSON.stringify(text)}); process.exitCode = ${code}`), ['eval'])
    await expect(fails(2, '{"error": {"message": "No run.", "hint": "Train one."}}')).rejects.toMatchObject({
      name: 'UserError',
      message: 'No run.',
      hint: 'Train one.',
    })
    await expect(fails(130, '{"error": {"message": "x", "hint": "y"}}')).rejects.toMatchObject({ name: 'Interrupted' })
    await expect(fails(1, 'nonsense')).rejects.toThrow('adseq eval --workspace . failed: it was ended by code 1')
  })
})
