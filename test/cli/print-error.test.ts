import { expect, test } from 'vitest'
import type { Explained } from '../../src/cli/explain.js'
import { printError } from '../../src/cli/print-error.js'

const ERROR: Explained = {
  message: 'There is no data in /home/ann/shop (no adseq.db).',
  hint: 'Import events first, or name the right folder with --workspace.',
  code: 2,
}

function stream(about: object = {}): { text: string; write(text: string): void } {
  return Object.assign(
    {
      text: '',
      write(text: string) {
        this.text += text
      },
    },
    about,
  )
}

test('two lines in a pipe, however long', () => {
  const [stdout, stderr] = [stream(), stream()]
  printError(ERROR, { json: false, stdout, stderr })
  expect(stderr.text).toBe(`Error: ${ERROR.message}\nTry:   ${ERROR.hint}\n`)
  expect(stdout.text).toBe('')
})

test('on a terminal lines break between words, over what progress has left', () => {
  const stderr = stream({ isTTY: true, columns: 40 })
  printError(ERROR, { json: false, stderr })
  expect(stderr.text).toBe(
    '\r\u001B[2KError: There is no data in\n       /home/ann/shop (no adseq.db).\n' +
      'Try:   Import events first, or name the\n       right folder with --workspace.\n',
  )
})

test.each([
  [2, 'a mistake that the user can mend'],
  [1, 'a fault of adseq'],
  [130, 'interrupted'],
] as const)('with --json one object on stdout says what exit code %d means', (code, meaning) => {
  const [stdout, stderr] = [stream(), stream({ isTTY: true, columns: 40 })]
  printError({ ...ERROR, code }, { json: true, stdout, stderr })
  expect(JSON.parse(stdout.text)).toEqual({
    error: { message: ERROR.message, hint: ERROR.hint, exitCode: code, meaning },
  })
  expect(stderr.text).toBe('')
})
