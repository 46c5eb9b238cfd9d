import { join } from 'node:path'
import type { Progress } from '../../src/core/progress.js'
import { buildGeneration } from '../../src/generations/build.js'
import { openStore } from '../../src/store/open.js'
import { countedEntries } from '../embed/counting-tower.js'

/** A build in a process of its own that says where it is and waits there, so that it can be killed at every stage. */
const store = openStore(process.argv[2])
const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60)
}
const progress: Progress = {
  start: (label) => say(label),
  update: () => {},
  finish: (label) => say(`finished ${label}`),
  line: () => {},
}
const { manifest } = await buildGeneration({
  indexFolder: join(process.argv[2], 'index'),
  store: {
    watermark: (run) => store.watermark(run),
    userEmbedding: (run, id, seq) => store.userEmbedding(run, id, seq),
    counts: () => store.counts(),
    listGenerations: () => store.listGenerations(),
    currentGeneration: () => store.currentGeneration(),
    publishGeneration(generation) {
      say('before publishing')
      store.publishGeneration(generation)
      say('after publishing')
    },
  },
  items: countedEntries('item-run', Number(process.argv[3]), store.counts().items, 8, (from) => say(`encode ${from}`)),
  asOf: 1_500_000_299,
  index: { connectivity: 16, expansionAdd: 128, expansionSearch: 64, recall: 0.9 },
  history: 'kept',
  seed: 1,
  progress,
})
process.stdout.write(`${manifest.generation}\n`)
store.close()
