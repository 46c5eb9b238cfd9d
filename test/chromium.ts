import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import puppeteer, { type Browser } from 'puppeteer-core'

/** The browser of CHROMIUM, else the first that is on PATH. */
function installed(): string | undefined {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  const folders = (process.env.PATH ?? '').split(delimiter)
  return ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** Undefined: tests that need a browser are left out. */
export const chromium = installed()

/** What a test that is left out says of itself. */
export const WITHOUT_BROWSER =
  chromium === undefined ? ' (skipped: there is no chromium on PATH; install one or name it in CHROMIUM)' : ''

export const startBrowser = (): Promise<Browser> =>
  puppeteer.launch({
    executablePath: chromium,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
