import { describe, expect, test } from 'vitest'
import { Utf8Judge } from '../../../src/events/import/encoding.js'
import { ImportFolder } from './workspace.js'

const T = 1_483_271_606
const HEADER = 'user_id,item_id,event_type,timestamp,title'
/** Names with letters of many lengths in UTF-8. */
const NAMES = ['müller', 'čapek', '清水', 'zoë 😀', 'ann']
const rows = (names: string[]): string =>
  [HEADER, ...names.map((name, i) => `${name},i${i},view,${T + i},T ${name}`), ''].join('\n')
/** Names and titles that an import brought. */
const brought = (at: ImportFolder) =>
  at.read((store) => [store.externalIds('users'), [...store.scanItems()].map(([, , , , , title]) => title)])
const all = (names: string[]) => [names, names.map((name) => `T ${name}`)]

function utf16be(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

/** Letters of Windows-1252 as bytes: the euro sign is 0x80, where ISO-8859-1 has nothing. */
const windows1252 = (text: string): Buffer => Buffer.from(text.replaceAll('€', '\u0080'), 'latin1')

describe('text in other encodings than UTF-8', () => {
  test.each<[string, Buffer]>([
    ['UTF-16LE with a byte order mark', Buffer.from(`\uFEFF${rows(NAMES)}`, 'utf16le')],
    ['UTF-16BE with a byte order mark', utf16be(`\uFEFF${rows(NAMES)}`)],
    ['UTF-16LE without one', Buffer.from(rows(NAMES), 'utf16le')],
    ['UTF-16BE without one', utf16be(rows(NAMES))],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${rows(NAMES)}`)],
    ['carriage returns alone', Buffer.from(rows(NAMES).replaceAll('\n', '\r'))],
  ])('%s: every letter is there', async (_, content) => {
    const at = new ImportFolder()
    const result = await at.import(at.file('e.csv', content))
    expect(result.files[0]).toMatchObject({ rows: NAMES.length, rejected: 0, lost: {} })
    expect(brought(at)).toEqual(all(NAMES))
    expect(at.read((store) => store.imports.all()[0].line)).toBe(NAMES.length + 1)
  })

  test('what is not UTF-8 is Windows-1252, and that is said, also when the first such letter comes late', async () => {
    const names = ['café', '5 €', 'ß']
    // more than the block that the encoding is guessed from, in ASCII
    const many = Array.from({ length: 12_000 }, (_, i) => `user ${i}`)
    for (const before of [[], many]) {
      const at = new ImportFolder()
      await at.import(at.file('e.csv', windows1252(rows([...before, ...names]))))
      expect(brought(at)).toEqual(all([...before, ...names]))
      expect(at.lines.join()).toContain('e.csv is not UTF-8: it is read as Windows-1252')
    }
  })

  test('JSON lines in Windows-1252, and a column of that name', async () => {
    const at = new ImportFolder()
    const lines = ['ä', 'ö', 'ü'].map((name) => JSON.stringify({ bénutzer: name, item_id: 'i', timestamp: T }))
    await at.importAs('jsonl', at.file('e.jsonl', Buffer.from(lines.join('\n'), 'latin1')), {
      mapping: { columns: { user_id: 'bénutzer' }, eventTypes: {}, defaultType: 'view', header: true },
    })
    expect(brought(at)[0]).toEqual(['ä', 'ö', 'ü'])
  })

  test('another encoding by its name; a name that is none is refused', async () => {
    const at = new ImportFolder()
    // 茶 (tea) in GBK
    const gbk = Buffer.concat([Buffer.from(`${HEADER}\nu,i,view,${T},`), Buffer.from([0xb2, 0xe8]), Buffer.from('\n')])
    await at.import(at.file('e.csv', gbk), { encoding: 'GBK' })
    expect(at.read((store) => store.item(1)?.title)).toBe('茶')
    const refused = await at.refusal(at.file('f.csv', gbk), { encoding: 'klingon' })
    expect([refused.message, refused.hint]).toEqual([
      '--encoding klingon is no encoding that adseq knows.',
      expect.stringContaining('gbk'),
    ])
  })

  test('UTF-8 that is damaged in places stays UTF-8: ids there are rejected, titles left out, both are counted', async () => {
    const at = new ImportFolder()
    const damaged = Buffer.concat([
      Buffer.from(rows(NAMES)),
      Buffer.from(`m\xfcller,i8,view,${T},x\nbob,i9,view,${T},caf\xe9\n`, 'latin1'),
    ])
    const result = await at.import(at.file('e.csv', damaged), { maxRejects: 1 })
    expect(result.files[0]).toMatchObject({
      rows: NAMES.length + 1,
      reasons: { 'user_id is not valid UTF-8': 1 },
      lost: { 'title is not valid UTF-8': 1 },
    })
    expect(brought(at)[0]).toEqual([...NAMES, 'bob'])
    expect(at.lines.join()).toContain('e.csv: 2 bytes are no UTF-8')
  })

  test('an id with a character that was lost before it came here is rejected', async () => {
    const at = new ImportFolder()
    const result = await at.import(at.file('e.csv', rows(['M\uFFFDller', 'ann'])), { maxRejects: 1 })
    expect(result.files[0].reasons).toEqual({ 'user_id holds a character that was lost when it was written': 1 })
  })

  test('an import in UTF-16 that was interrupted goes on', async () => {
    const names = Array.from({ length: 4000 }, (_, i) => `ü${i}`)
    const at = new ImportFolder()
    const path = at.file('e.csv', Buffer.from(`\uFEFF${rows(names)}`, 'utf16le'))
    const stop = new AbortController()
    let updates = 0
    const progress = { start() {}, finish() {}, line() {}, update: () => void (++updates === 3 && stop.abort()) }
    await expect(at.import(path, { batch: 1000, progress, signal: stop.signal })).rejects.toThrow('Interrupted')
    const kept = at.events().length
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThan(names.length)
    expect((await at.import(path)).files[0].status).toBe('resumed')
    expect(brought(at)[0]).toEqual(names)
  })
})

describe('whether bytes are UTF-8', () => {
  const judge = (bytes: Buffer, cut: number): [string, number] => {
    const found = new Utf8Judge().feed(bytes.subarray(0, cut)).feed(bytes.subarray(cut)).end()
    return [found.encoding(), found.faults]
  }
  test.each<[string, Buffer, string, number]>([
    ['whole', Buffer.from('aé清😀b'), 'utf-8', 0],
    [
      'two faults among more characters',
      Buffer.concat([Buffer.from('é清😀é'), Buffer.from([0xe9, 65, 0xff])]),
      'utf-8',
      2,
    ],
    ['nothing but faults', Buffer.from('café crème', 'latin1'), 'windows-1252', 2],
    ['a letter at the very end', Buffer.from('café', 'latin1'), 'windows-1252', 1],
    ['half a character at the end', Buffer.from('é清').subarray(0, 4), 'utf-8', 1],
  ])('%s, cut anywhere', (_, bytes, encoding, faults) => {
    for (let cut = 0; cut <= bytes.length; cut++) expect(judge(bytes, cut), `cut at ${cut}`).toEqual([encoding, faults])
  })
})
