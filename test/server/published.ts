import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { stringify } from 'yaml'
import { inferWorkspace } from '../../src/embed/infer-workspace.js'
import { indexWorkspace } from '../../src/generations/index-workspace.js'
import { inWorkspace } from '../../src/workspace/workspace.js'
import { startAdseq } from '../e2e/run-adseq.js'
import { fillWorkspace, tinyConfig, trainIn } from '../fixtures/trained-workspace.js'

/** A folder that is gone at the end; `remove()`. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-server-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/**
 * Fills a folder with 40 users of 40 items and 5 advertisers, both models, and a published generation.
 * @param set of the models, beside those of tinyConfig
 */
export async function publish(folder: string, ...set: string[]): Promise<void> {
  const config = tinyConfig(...set)
  writeFileSync(join(folder, 'adseq.yaml'), stringify({ eval: { windowDays: 10, bootstrap: 20 }, train: config.train }))
  fillWorkspace(folder)
  for (const kind of ['item', 'advertiser'] as const) await trainIn(folder, kind, config)
  await publishAgain(folder)
}

/**
 * A folder that is published once, with these settings, for a file of tests. `copy()`: one of the same for a test to
 * change; `atEnd`: what is to be done after the test, the last first.
 */
export function publishedOnce(...set: string[]): { copy: () => string; atEnd: (end: () => unknown) => void } {
  const { folder: published, remove } = temporaryFolder()
  beforeAll(() => publish(published, ...set), 240_000)
  afterAll(remove)
  const ends: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })
  const copy = (): string => {
    const { folder, remove: removeCopy } = temporaryFolder()
    ends.push(removeCopy)
    cpSync(published, folder, { recursive: true })
    return folder
  }
  return { copy, atEnd: (end) => ends.push(end) }
}

/** Encodes what is new, and publishes another generation. @returns its name */
export async function publishAgain(folder: string): Promise<string> {
  await inWorkspace(folder, { config: tinyConfig() }, (workspace) => inferWorkspace(workspace))
  return (await inWorkspace(folder, { config: tinyConfig() }, (workspace) => indexWorkspace(workspace))).manifest
    .generation
}

/** A real server in a process of its own, on a port of its own. */
export async function startServer(folder: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const server = startAdseq(['serve', '--port', '0', '--workspace', folder, ...args], env)
  const url = await new Promise<string>((resolve, reject) => {
    server.stdout!.on('data', (text: Buffer) => {
      const found = /http:\/\/\S+/.exec(text.toString())
      if (found) resolve(found[0])
    })
    void server.then(({ stderr }) => reject(new Error(String(stderr))))
  })
  return { server, url, port: Number(new URL(url).port) }
}
