import type { Config } from '@oclif/core'
import { beforeAll, expect, test } from 'vitest'
import { loadCli } from '../../src/cli/main.js'
import AdseqHelp, { ORDER } from '../../src/cli/help.js'

let config: Config
beforeAll(async () => {
  config = await loadCli()
})

test('every command has its place in the order of the work', () => {
  expect([...ORDER].sort()).toEqual(config.commands.map(({ id }) => id).sort())
})

test('every command has a summary of one line, beside its name in 80 columns', () => {
  // listed together are the commands without a topic, and those of one
  const list = (id: string): string => (id.includes(':') ? id.split(':')[0] : '')
  for (const { id, summary } of config.commands) {
    const together = config.commands.filter((other) => list(other.id) === list(id))
    const width = Math.max(...together.map((other) => other.id.length))
    expect(summary, id).toMatch(/^[A-Z][^\n]*\.$/)
    expect(2 + width + 2 + summary!.length, id).toBeLessThanOrEqual(80)
  }
})

test('a description is one paragraph to the width of the terminal, and no flag has an empty default', async () => {
  const command = config.findCommand('compare', { must: true })
  const help = new AdseqHelp(config, { ...config.pjson.oclif, maxWidth: 80 })
  const lines = (help as unknown as { formatCommand: (c: typeof command) => string }).formatCommand(command).split('\n')
  const first = lines.findIndex((line) => line.trim() === 'DESCRIPTION') + 3
  const paragraph = lines.slice(
    first,
    lines.findIndex((line, i) => i > first && line.trim() === ''),
  )
  expect(paragraph.length).toBeGreaterThan(2)
  // every line but the last is so full that the next word does not fit
  for (const [i, line] of paragraph.slice(0, -1).entries())
    expect(line.length + 1 + paragraph[i + 1].trim().split(' ')[0].length, line).toBeGreaterThan(76)
  expect(lines.join('\n')).not.toContain('[default: ]')
})
