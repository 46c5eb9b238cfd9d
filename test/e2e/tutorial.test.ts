import { expect, test } from 'vitest'
import { temporaryFolder } from '../store/temporary-store.js'
import { PageCommands } from './page-commands.js'

test('the commands of the tutorial, on a tiny world', { timeout: 1_200_000 }, async () => {
  const commands = await PageCommands.in(temporaryFolder())
  expect(await commands.run('docs/tutorial.md')).toBeGreaterThan(20)
})
