// A process of its own: opens a store to be read and prints what is in it, and what it left in the temporary folder.
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/store/open.js'

process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'adseq-reader-'))
const store = openStore(process.argv[2], { readonly: true })
const { ads } = store.ads.counts()
const left = readdirSync(process.env.TMPDIR)
process.stdout.write(JSON.stringify({ counts: store.counts(), hash: store.dataHash(), ads, left }))
store.close()
