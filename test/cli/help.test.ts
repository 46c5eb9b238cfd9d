import type { Config } from '@oclif/core'
import { beforeAll, expect, test } from 'vitest'
import { loadCli } from '../../src/cli/main.js'
import { ORDER } from '../../src/cli/help.js'

let config: Config
beforeAll(async () => {
  config = await loadCli()
})

test('every command has its place in the order of the work', () => {
  expect([...ORDER].sort()).toEqual(config.commands.map(({ id }) => id).sort())
})

test('every command has a summary of one line, beside its name in 80 columns', () => {
  const width = Math.max(...config.commands.map(({ id }) => id.length))
  for (const { id, summary } of config.commands) {
    expect(summary, id).toMatch(/^[A-Z][^\n]*\.$/)
    expect(2 + width + 2 + summary!.length, id).toBeLessThanOrEqual(80)
  }
})
