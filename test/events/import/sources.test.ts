import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { inWords } from '../../../src/events/import/system-error.js'
import { rawZip } from './raw-zip.js'
import { ImportFolder } from './workspace.js'

const T = 1_483_271_606
const CSV = `user_id,item_id,event_type,timestamp\nann,tea,checkout,${T}\n`
const EVENT = [`ann tea - checkout 0 ${T}`]

describe('zip archives', () => {
  test.each([
    [9, 'Deflate64'],
    [12, 'bzip2'],
    [14, 'LZMA'],
    [93, 'zstd'],
    [77, 'number 77'],
  ])('method %d is named: %s', async (method, name) => {
    const at = new ImportFolder()
    const refused = await at.refusal(at.file('a.zip', rawZip([{ name: 'e.csv', content: CSV, method }])))
    expect(refused.message).toContain(`is compressed with a method that adseq does not read (${name})`)
    expect(refused.hint).toContain('Unzip it first')
  })

  test.each<[string, Parameters<typeof rawZip>[0], string, string]>([
    [
      'a name that leads out',
      [{ name: '../../e.csv', content: CSV }],
      'holds a file named ../../e.csv',
      'Do not trust',
    ],
    ['an absolute name', [{ name: '/etc/e.csv', content: CSV }], 'holds a file named /etc/e.csv', 'Do not trust'],
    [
      'two files of one name',
      [
        { name: 'e.csv', content: CSV },
        { name: 'e.csv', content: `${CSV}x` },
      ],
      'holds two files named e.csv',
      'Unzip it',
    ],
    ['a password', [{ name: 'e.csv', content: CSV, flags: 1 }], 'needs a password', 'Unpack it'],
    ['strong encryption', [{ name: 'e.csv', content: CSV, flags: 0x41 }], 'needs a password', 'Unpack it'],
    ['nothing in it', [], 'is a zip archive with nothing in it', 'name the files themselves'],
    [
      'nothing of use in it',
      [
        { name: 'README.md', content: 'hello\n' },
        { name: 'e.csv.bz2', content: 'BZh9', method: 0 },
      ],
      'README.md has no column user_id',
      'Fields are set apart by commas',
    ],
  ])('with %s', async (_, members, message, hint) => {
    const at = new ImportFolder()
    const refused = await at.refusal(at.file('a.zip', rawZip(members)))
    expect(refused.message).toContain(message)
    expect(refused.hint).toContain(hint)
  })

  test('what is no data beside the data is passed over and named; zip64 is read', async () => {
    const at = new ImportFolder()
    const archive = rawZip([
      { name: 'data/README.md', content: '# what this is\n' },
      { name: 'data/e.csv', content: CSV, zip64: true },
      { name: 'data/old.zip', content: rawZip([{ name: 'e.csv', content: CSV }]) },
      { name: 'data/photo.csv.xz', content: Buffer.from('fd377a585a00', 'hex') },
    ])
    await at.import(at.file('a.zip', archive))
    expect(at.events()).toEqual(EVENT)
    expect(at.lines.join()).toContain('not read: old.zip, photo.csv.xz, README.md.')
  })
})

describe('files that are no data', () => {
  const tar = Buffer.alloc(1024)
  tar.write('e.csv')
  tar.write('ustar', 257)
  test.each<[string, Buffer | string, string]>([
    ['e.csv.zst', Buffer.from('28b52ffd00', 'hex'), 'is compressed with zstd'],
    ['e.csv.gz', gzipSync(gzipSync(CSV)), 'holds a gzip file once more inside'],
    ['e.tar.gz', gzipSync(tar), 'is a tar archive'],
    ['e.tar', tar, 'is a tar archive'],
    ['e.parquet.gz', gzipSync('PAR1abcd'), 'holds a Parquet file once more inside'],
    ['e.csv', '<!DOCTYPE html><html><title>Sign in</title></html>', 'is a web page'],
    ['e.xml', '<?xml version="1.0"?><rows/>', 'is XML'],
    ['e.lfs.csv', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', 'is a Git LFS pointer'],
    ['e.avro', Buffer.from('4f626a0104', 'hex'), 'is an Avro file'],
    ['e.feather', 'ARROW1\0\0', 'is an Arrow (Feather) file'],
    ['e.bin', Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 7) % 32)), 'is binary, not text'],
  ])('%s', async (name, content, message) => {
    const at = new ImportFolder()
    const refused = await at.refusal(at.file(name, content))
    expect(refused.message).toContain(name)
    expect(refused.message).toContain(message)
    expect(refused.hint).not.toBe('')
  })
})

describe('what the file system says, in words', () => {
  test('a way through a file, a link to itself, a name too long, a pipe', async () => {
    const at = new ImportFolder()
    const file = at.file('e.csv', CSV)
    symlinkSync('loop', join(at.folder, 'loop'))
    execFileSync('mkfifo', [join(at.folder, 'pipe')])
    const refused = async (path: string): Promise<string> => (await at.refusal(path)).message
    expect(await refused(join(file, 'more.csv'))).toContain('There is no file')
    expect(await refused(join(at.folder, 'loop'))).toContain('is a link that leads back to itself (ELOOP)')
    expect(await refused(join(at.folder, 'x'.repeat(300)))).toContain('is a longer name than the file system allows')
    expect(await refused(join(at.folder, 'pipe'))).toContain('is not a regular file')
  })

  test('a workspace below a file', async () => {
    const at = new ImportFolder()
    const file = at.file('e.csv', CSV)
    await expect(at.importInto(join(file, 'workspace'), file)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('leads through a file as if it were a folder (ENOTDIR)'),
    })
  })

  test('the name of a file may be as long as the file system allows', async () => {
    const at = new ImportFolder()
    const name = `${'ü'.repeat(125)}.csv`
    await at.import(at.file(name, `${CSV}bad\n`), { maxRejects: 1 })
    expect(at.events()).toEqual(EVENT)
    expect(at.rejects('ü'.repeat(100)).length).toBe(1)
  })

  test('every code has a sentence that names the code, codes of a kind the same', () => {
    const say = (code: string, path?: string) => inWords(Object.assign(new Error('raw'), { code, path }))
    expect(say('EMFILE')).toMatchObject({
      name: 'UserError',
      message: 'This process may open no more files (EMFILE).',
      hint: expect.stringContaining('ulimit'),
    })
    expect(say('EIO', '/data/e.csv')).toMatchObject({ message: expect.stringContaining('/data/e.csv') })
    expect(say('SQLITE_IOERR_SHORT_READ')).toMatchObject({ message: expect.stringContaining('reports a fault') })
    expect(say('Z_DATA_ERROR')).toMatchObject({ message: expect.stringContaining('compressed file') })
    // a full disk is told by the command line; what is no code of the system stays what it is
    for (const other of [Object.assign(new Error('full'), { code: 'ENOSPC' }), new Error('a fault'), 'text'])
      expect(inWords(other)).toBe(other)
  })

  test('a folder among the members of a path', async () => {
    const at = new ImportFolder()
    mkdirSync(join(at.folder, 'sub.csv'))
    expect((await at.refusal(join(at.folder, 'sub.csv'))).message).toContain('is a folder')
  })
})
