import { train } from '../../src/train/train.js'
import { options, settings } from './settings.js'

/** Trains in the workspace given, saying every step record and at last the hash: to be killed from outside. */
const [folder, ...set] = process.argv.slice(2)
for await (const record of train(options(folder, { config: settings(...set) }))) {
  if (record.type === 'step') process.stdout.write(`${record.phase} ${record.step}\n`)
  if (record.type === 'done') process.stdout.write(`done ${record.weightsHash}\n`)
}
