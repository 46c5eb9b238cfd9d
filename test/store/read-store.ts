// A process of its own, and never root's: opens a store to be read and prints what is in it, and what it left in the
// temporary folder.
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/store/open.js'
import { openDatabase } from '../../src/store/sqlite.js'

// the permissions of a folder do not bind root; SQLite is loaded before, from where only root may read
openDatabase(':memory:').close()
if (process.getuid?.() === 0) process.setuid!(65534)
process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'adseq-reader-'))
const store = openStore(process.argv[2], { readonly: true })
const { ads } = store.ads.counts()
const left = readdirSync(process.env.TMPDIR)
process.stdout.write(JSON.stringify({ counts: store.counts(), hash: store.dataHash(), ads, left }))
store.close()
