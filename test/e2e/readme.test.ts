import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../store/temporary-store.js'
import { PageCommands, linesOf, read, root } from './page-commands.js'
import { cutSample } from './sample.js'

const PAGES = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md'),
)

describe('the pages', () => {
  test.each(PAGES)('links of %s lead to files, and to their headings', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link]) => link.split('#'))
    const dead = links.filter(([path, heading]) => {
      const to = path === '' ? page : join(dirname(page), path)
      return !existsSync(join(root, to)) || (heading !== undefined && !anchorsOf(to).includes(heading))
    })
    expect(dead).toEqual([])
  })

  test.each(PAGES)('source files that %s names are there', (page) => {
    const named = [...read(page).matchAll(/`((?:src|commands|test|templates|bench)\/[\w./-]+)`/g)].map(
      ([, path]) => path,
    )
    // NAME stands for a file to be made
    expect(named.filter((path) => !path.includes('NAME') && !existsSync(join(root, path)))).toEqual([])
  })

  test('every page of docs/ is in its index', () => {
    const index = read('docs/README.md')
    expect(PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md').length).toBeGreaterThan(10)
    for (const page of PAGES)
      if (page.startsWith('docs/') && page !== 'docs/README.md') expect(index).toContain(`(${page.slice(5)})`)
  })
})

/** Names by which GitHub links the headings of a page. */
const anchorsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

test('the commands of the first steps, after a small quickstart', { timeout: 1_200_000 }, async () => {
  const folder = temporaryFolder()
  const commands = await PageCommands.in(folder)
  const begun = await commands.start(['quickstart', '--small'])
  expect([begun.exitCode, begun.stderr.slice(-600)]).toEqual([0, expect.anything()])
  for (const path of cutSample(join(folder, 'sample-data'), 10))
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)))
  expect(linesOf('README.md')).toEqual([])
  expect(await commands.run('docs/first-steps.md')).toBeGreaterThan(15)
})
