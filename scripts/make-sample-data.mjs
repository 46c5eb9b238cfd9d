// Makes sample-data/ from a folder with events.csv.gz, items.csv.gz and users.csv.gz:
//   node scripts/make-sample-data.mjs FOLDER [--share 0.31] [--out sample-data]
// A share of the users, chosen by a hash of the user id, with their whole histories: a sample of rows would cut
// histories, which are what adseq is about. Items that no chosen user touched are left out.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { share: { type: 'string', default: '0.31' }, out: { type: 'string', default: 'sample-data' } },
})
const [from] = positionals
const share = Number(values.share)
if (!from || !(share > 0 && share <= 1)) {
  console.error('usage: node scripts/make-sample-data.mjs FOLDER [--share 0.31] [--out sample-data]')
  process.exit(2)
}

const read = (name) => {
  const [header, ...rows] = gunzipSync(readFileSync(join(from, `${name}.csv.gz`)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
  return { header, rows }
}
// ids are the first two columns of these files and never quoted
const first = (row) => row.slice(0, row.indexOf(','))
const second = (row) => row.slice(row.indexOf(',') + 1, row.indexOf(',', row.indexOf(',') + 1))
const chosen = (user) => createHash('sha256').update(user).digest().readUInt32BE(0) / 2 ** 32 < share

const events = read('events')
const items = read('items')
const users = read('users')
const keep = new Map()
const isChosen = (user) => {
  if (!keep.has(user)) keep.set(user, chosen(user))
  return keep.get(user)
}
const eventRows = events.rows.filter((row) => isChosen(first(row)))
const touched = new Set(eventRows.map(second))
const tables = {
  events: [events.header, ...eventRows],
  items: [items.header, ...items.rows.filter((row) => touched.has(first(row)))],
  users: [users.header, ...users.rows.filter((row) => isChosen(first(row)))],
}

mkdirSync(values.out, { recursive: true })
for (const [name, rows] of Object.entries(tables)) {
  const zip = gzipSync(`${rows.join('\n')}\n`, { level: 9 })
  zip[9] = 255 // "unknown" operating system: the same bytes wherever this runs (Node writes no time stamp)
  writeFileSync(join(values.out, `${name}.csv.gz`), zip)
  console.log(`${name}: ${(rows.length - 1).toLocaleString('en-US')} rows, ${zip.length.toLocaleString('en-US')} bytes`)
}
console.log(`${[...keep.values()].filter(Boolean).length.toLocaleString('en-US')} users with events`)
