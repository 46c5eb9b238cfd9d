import { execa } from 'execa'
import { beforeAll, describe, expect, test } from 'vitest'
import { bashCompletion, completedCommands, fishCompletion, type CompletedCommand } from '../../src/cli/completion.js'
import { loadCli } from '../../src/cli/main.js'

let commands: CompletedCommand[]
beforeAll(async () => {
  commands = completedCommands(await loadCli())
})

const there = async (shell: string): Promise<boolean> => !(await execa(shell, ['-c', 'true'], { reject: false })).failed
const [bash, zsh, fish] = await Promise.all(['bash', 'zsh', 'fish'].map(there))

/** [what stands before the cursor, what must be offered, what must not] */
const CASES: [words: string[], offered: string[], not?: string[]][] = [
  [['tr'], ['train', 'try'], ['import']],
  [
    ['train', ''],
    ['item', 'advertiser'],
  ],
  [['train', '--en'], ['--engine'], ['--device']],
  [
    ['train', 'item', '--engine', ''],
    ['auto', 'onnx', 'eager', 'tensorflow'],
  ],
  [['engine', ''], ['link']],
  [['engine', 'link', '--ten'], ['--tensorflow']],
  [
    ['generations', ''],
    ['activate', 'compare', 'prune'],
  ],
  [['generations', '--js'], ['--json'], ['activate']],
  [['generations', 'prune', '--ke'], ['--keep']],
  [['help', 'ser'], ['serve']],
]

describe.skipIf(!bash)('in bash', () => {
  test.each(CASES)('%j', async (words, offered, not = []) => {
    const ask = 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _adseq; printf "%s\\n" "${COMPREPLY[@]}"'
    const { stdout } = await execa('bash', ['-c', `${bashCompletion(commands)}${ask}`, 'bash', 'adseq', ...words])
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(offered))
    for (const name of not) expect(stdout.split('\n')).not.toContain(name)
  })
})

describe.skipIf(!zsh)('in zsh', () => {
  test('the script is read', async () => {
    const { stderr } = await execa('zsh', ['-c', `autoload -U compinit && compinit -u -D; ${bashCompletion(commands)}`])
    expect(stderr).toBe('')
  })
})

describe.skipIf(!fish)('in fish', () => {
  test.each(CASES.filter(([[first]]) => first !== 'help'))('%j', async (words, offered, not = []) => {
    const line = `complete -C 'adseq ${words.join(' ')}'`
    const { stdout } = await execa('fish', ['-c', `${fishCompletion(commands)}${line}`])
    const names = stdout.split('\n').map((row) => row.split('\t')[0])
    expect(names).toEqual(expect.arrayContaining(offered))
    for (const name of not) expect(names).not.toContain(name)
  })
})
