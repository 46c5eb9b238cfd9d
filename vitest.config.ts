import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
// tests start their processes from this one
import './bin/environment.js'
import { join } from 'node:path'

/** What takes minutes begins first, so that the others are done beside it. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => /e2e.(readme|tutorial)\.test\.ts$/.test(moduleId)
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // @oclif/test captures stdout itself
    disableConsoleIntercept: true,
    // tests play a user at a terminal: where these are set, Ink draws the last frame alone
    env: {
      CI: 'false',
      CONTINUOUS_INTEGRATION: 'false',
      // npm test has just built: threads start several times as fast as from the sources
      ...(process.env.npm_lifecycle_event === 'test' && { ADSEQ_BUILT: join(import.meta.dirname, 'dist') }),
    },
    // a test that starts processes takes long on a machine that is busy with something else
    testTimeout: 180_000,
    hookTimeout: 240_000,
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    maxWorkers: 2,
  },
})
