import { setTimeout as sleep } from 'node:timers/promises'
import { silent } from '../../src/core/progress.js'
import { infer } from '../../src/embed/infer.js'
import { openStore } from '../../src/store/open.js'
import { CountingTower } from './counting-tower.js'
import { scan } from './scan.js'

/** infer over the store of a folder, slowly enough to be killed between two lines. */
const store = openStore(process.argv[2])
const histories = scan(store)
const tower = new CountingTower('item-run', 'item', 4, async (users) => {
  process.stdout.write(`block ${users[0]}\n`)
  await sleep(60)
})
const { encoded } = await infer({ store, histories, towers: [tower], progress: silent, blockUsers: 10 })
process.stdout.write(`encoded ${encoded}\n`)
store.close()
