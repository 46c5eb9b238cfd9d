import { expect, test } from 'vitest'
import { plainProgress, terminalProgress } from '../../src/core/progress.js'
import { count, duration } from '../../src/text/numbers.js'

function record(): { text: string; write(t: string): void } {
  return {
    text: '',
    write(t) {
      this.text += t
    },
  }
}

test('plain progress is lines without escape codes, at most one per interval', () => {
  const out = record()
  let now = 0
  const progress = plainProgress(out, 1000, () => now)
  progress.start('import a.csv', 4000, 'rows')
  for (let done = 0; done <= 2000; done += 10) {
    now = done
    progress.update(done)
  }
  progress.finish('2,000 rows')
  expect(out.text).toBe(
    'import a.csv: 1,000/4,000 rows, 1,000/s, 3.0 s left\nimport a.csv: 2,000/4,000 rows, 1,000/s, 2.0 s ' +
      'left\nimport a.csv: 2,000 rows, 2.0 s\n',
  )
})

test('terminal progress rewrites one line and never exceeds the width', () => {
  const out = Object.assign(record(), { columns: 20 })
  const progress = terminalProgress(out, () => 0)
  progress.start('a label that is much longer than the screen')
  const shown = out.text.split('\u001B[2K').at(-1)!
  expect(shown.length).toBeLessThan(20)
  expect(shown.endsWith('…')).toBe(true)
})

test('what is finished on a terminal is told whole, between words, and ends its line', () => {
  const out = Object.assign(record(), { columns: 30 })
  const progress = terminalProgress(out, () => 0)
  progress.start('import events.csv')
  out.text = ''
  progress.finish('847,123 events, 12 rejected rows')
  expect(out.text).toBe('\r\u001B[2Kimport events.csv: 847,123\nevents, 12 rejected rows,\n0.0 s\n')
  out.text = ''
  progress.line('A sentence for the user that is longer than the terminal.')
  expect(out.text).toBe('\r\u001B[2KA sentence for the user that\nis longer than the terminal.\n')
  for (const text of out.text.slice(5).split('\n')) expect(text.length).toBeLessThanOrEqual(30)
})

test('names of two columns a character never make the line that is rewritten wrap', () => {
  const out = Object.assign(record(), { columns: 20 })
  terminalProgress(out, () => 0).start('漢'.repeat(40))
  const shown = out.text.split('\u001B[2K').at(-1)!
  expect(shown).toBe(`${'漢'.repeat(9)}…`) // 19 columns
})

test('counts and durations read as people write them', () => {
  expect([count(1234567), count(0), count(2.5), count(12.4)]).toEqual(['1,234,567', '0', '2.5', '12'])
  expect([duration(0.44), duration(12.2), duration(200), duration(7500)]).toEqual([
    '0.4 s',
    '12 s',
    '3 min 20 s',
    '2 h 5 min',
  ])
})
