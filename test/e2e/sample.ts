import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const data = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'sample-data')

/** Settings under which a model of a cut of the sample data trains in seconds. */
export const SMALL = `model: {width: 16, layers: 1, heads: 2, feedForward: 16, length: 32, outputWidth: 16, vectorWidth: 8, advertiserBuckets: 256, categoryBuckets: 256, titleBuckets: 256}
train: {rows: 64, uniformNegatives: 64, steps: 20, warmupSteps: 4, validateEvery: 10, learningRate: 0.01, validationUsers: 20}
eval: {bootstrap: 20}
engine: {threads: 1}
`

/**
 * Writes a cut of the sample data (one household in `of`, 20 in all, with all their baskets, and the items in them) and
 * adseq.yaml.
 * @returns the files of the cut: events, items, users
 */
export function cutSample(folder: string, of = 40): [events: string, items: string, users: string] {
  const keep = (name: string, wanted: (row: string[]) => boolean): string => {
    const [header, ...rows] = gunzipSync(readFileSync(join(data, `${name}.csv.gz`)))
      .toString()
      .trimEnd()
      .split('\n')
    const path = join(folder, `${name}.csv`)
    writeFileSync(path, `${[header, ...rows.filter((row) => wanted(row.split(',', 2)))].join('\n')}\n`)
    return path
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'adseq.yaml'), SMALL)
  const household = ([user]: string[]): boolean => Number(user) % of === 3
  const items = new Set<string>()
  const events = keep('events', (row) => household(row) && items.add(row[1]) !== undefined)
  return [events, keep('items', ([item]) => items.has(item)), keep('users', household)]
}
