import type { ImportRecord } from '../../store/imports.js'
import type { Store } from '../../store/store.js'
import { sha256 } from '../../core/hash.js'
import { isPlain } from './encoding.js'
import type { Outcome } from './row.js'
import { readBeginning, readText, type SourceFile } from './source-file.js'
import { Fingerprint, FIRST_BYTES, type ConsumedText } from './text-reader.js'

/** What is kept of an import beside its record. */
export interface Memory {
  skips: Record<string, number>
  lost?: Record<string, number>
  /** what the reader of the rows must know to go on */
  reader?: unknown
  /** of a text: what was read of it */
  text?: ConsumedText
  /** what became of the last row */
  last?: Outcome
}

/** A file whose beginning was imported before, under another hash: a log that has grown. */
export interface KnownPart {
  /** of the import that holds the beginning */
  record: ImportRecord
  memory: Memory
  /** where the unknown part begins */
  offset: number
  line: number
  /** nothing is unknown: the same text, packed otherwise */
  whole: boolean
  /** how the row was imported that had not been written to its end by then */
  cut?: 'kept' | 'read again'
}

/**
 * Finds the import that holds the longest beginning of a text, byte for byte. Costs a look at the first bytes where
 * there is none, and one reading of the known part where there is.
 */
export async function knownPart(
  store: Store,
  source: SourceFile,
  format: string,
  kind: string,
): Promise<KnownPart | undefined> {
  if (source.form !== 'text') return undefined
  const found = await longestMatch(source, candidates(store, source, format, kind))
  if (!found) return undefined
  const { record, memory } = found
  const { bytes, open } = memory.text!
  const known = { record, memory, offset: bytes, line: record.line, whole: false }
  const rest = open || !isPlain(source.encoding) ? await restOfLine(source, bytes) : undefined
  if (rest === undefined) {
    const atEnd = !isPlain(source.encoding) || bytes >= source.bytes
    return { ...known, whole: atEnd && record.status === 'done' }
  }
  if (!open) return known
  // the line end that was not there then
  if (rest.text === '') return { ...known, offset: rest.next }
  if (memory.last === 'stored') return { ...known, offset: rest.next, cut: 'kept' }
  return { ...known, offset: open.begin, line: open.line - 1, cut: 'read again' }
}

interface Candidate {
  record: ImportRecord
  memory: Memory
}

function candidates(store: Store, { hash }: SourceFile, format: string, kind: string): Candidate[] {
  return store.imports
    .all()
    .filter((record) => record.hash !== hash && record.format === format && record.kind === kind)
    .filter(({ rows, skipped, rejected }) => rows + skipped + rejected > 0)
    .map((record) => ({ record, memory: store.imports.memory(record.hash) as Memory }))
    .filter(({ memory }) => memory?.text !== undefined)
}

async function longestMatch(source: SourceFile, all: Candidate[]): Promise<Candidate | undefined> {
  if (all.length === 0) return undefined
  const beginning = await readBeginning(source, FIRST_BYTES)
  const likely = all
    .filter(({ memory: { text } }) => {
      const length = Math.min(FIRST_BYTES, text!.bytes)
      return beginning.length >= length && sha256(beginning.subarray(0, length)) === text!.first
    })
    .sort((a, b) => a.memory.text!.bytes - b.memory.text!.bytes)
  if (likely.length === 0) return undefined
  const print = new Fingerprint()
  let read = 0
  let best: Candidate | undefined
  for await (const block of readText(source)) {
    print.add(block)
    read += block.length
    while (likely.length > 0 && likely[0].memory.text!.bytes <= read) {
      const candidate = likely.shift()!
      if (print.of(candidate.memory.text!.bytes).hash === candidate.memory.text!.hash) best = candidate
    }
    if (likely.length === 0) break
    print.consume(read)
  }
  return best
}

/** What stands from an offset to the end of that line, and where the next begins; undefined at the end of the text. */
async function restOfLine(source: SourceFile, from: number): Promise<{ text: string; next: number } | undefined> {
  let at = 0
  let text: string | undefined
  for await (const block of readText(source)) {
    const start = Math.max(0, from - at)
    at += block.length
    if (start >= block.length) continue
    const end = block.indexOf(10, start)
    text = (text ?? '') + block.toString('latin1', start, end < 0 ? block.length : end)
    if (end >= 0) return { text: text.replace(/\r$/, ''), next: at - block.length + end + 1 }
  }
  return text === undefined ? undefined : { text, next: at }
}
