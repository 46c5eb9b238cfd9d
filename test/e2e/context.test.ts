import { expect, test } from 'vitest'
import { temporaryFolder } from '../store/temporary-store.js'
import { PageCommands, linesOf } from './page-commands.js'

test('the commands of the page about contexts, on a tiny world', { timeout: 600_000 }, async () => {
  const commands = await PageCommands.in(temporaryFolder())
  // all but the line that names the workspace
  expect(await commands.run('docs/context.md')).toBe(linesOf('docs/context.md').length - 1)
})
