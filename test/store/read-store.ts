// A process of its own, and never root's: opens a store, prints what is in it and what that left in the temporary
// folder, or why not.
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/store/open.js'
import { openDatabase } from '../../src/store/sqlite.js'

const [folder, how] = process.argv.slice(2)
// the permissions of a folder do not bind root; SQLite is loaded before, from where only root may read
openDatabase(':memory:').close()
if (process.getuid?.() === 0) process.setuid!(65534)
process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'adseq-reader-'))
const print = (what: unknown): unknown => process.stdout.write(JSON.stringify(what))
try {
  const store = openStore(folder, { readonly: how === 'read' })
  const { ads } = store.ads.counts()
  print({ counts: store.counts(), ads, left: readdirSync(process.env.TMPDIR) })
  store.close()
} catch (error) {
  print({ refused: String(error) })
}
