import { existsSync, readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

/** Only files of this server, none written into the page itself: what a title holds can never run or style. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The page in the sources, and beside them in a build, where its script is one file (scripts/build.mjs). */
const FOLDER = new URL('../page/', import.meta.url)

const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8')

/** What the script is made of: as it was built, or, from sources (tests, bin/dev.js), built now. */
async function script(): Promise<string> {
  if (existsSync(new URL('page.js', FOLDER))) return read('page.js')
  const { bundlePage } = (await import(new URL('../../../scripts/bundle-page.mjs', import.meta.url).href)) as {
    bundlePage: () => Promise<string>
  }
  return bundlePage()
}

/** GET /: a page to look around on, and its two files. It calls the routes that everybody calls. */
export function pageRoutes(app: FastifyInstance): void {
  let built: Promise<string> | undefined
  const files: [path: string, type: string, text: () => string | Promise<string>][] = [
    ['/', 'text/html', () => read('page.html')],
    ['/page.css', 'text/css', () => read('page.css')],
    ['/page.js', 'text/javascript', () => (built ??= script())],
  ]
  for (const [path, type, text] of files)
    app.get(path, { schema: { hide: true } }, async (_request, reply) =>
      reply
        .type(`${type}; charset=utf-8`)
        .headers({
          'content-security-policy': PAGE_POLICY,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cache-control': 'no-cache',
        })
        .send(await text()),
    )
}
