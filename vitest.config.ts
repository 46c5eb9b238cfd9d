import { defineConfig } from 'vitest/config'
// tests start their processes from this one
import './bin/environment.js'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // @oclif/test captures stdout itself
    disableConsoleIntercept: true,
    // tests play a user at a terminal: where these are set, Ink draws the last frame alone
    env: { CI: 'false', CONTINUOUS_INTEGRATION: 'false' },
    // a test that starts processes takes long on a machine that is busy with something else
    testTimeout: 180_000,
    hookTimeout: 240_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
