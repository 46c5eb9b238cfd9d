// Holds the write lock of a workspace: node --import tsx lock-child.ts FOLDER SECONDS. Prints "locked" when it has it.
import { openStore } from '../../src/store/open.js'

const [folder, seconds] = process.argv.slice(2)
const writer = openStore(folder).writer()
writer.begin()
console.log('locked')
setTimeout(() => writer.rollback(), Number(seconds) * 1000)
