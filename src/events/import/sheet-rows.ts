/**
 * Reads the rows of a worksheet (SpreadsheetML, ECMA-376 part 1, 18.3) as its XML comes in: the cells of one row at a
 * time, as text. Numbers stay as they are written; a date is the number of its day.
 *
 *     sheet.feed(text, last); while (sheet.next()) sheet.cells
 */
export class SheetRows {
  private text = ''
  private at = 0
  private last = false
  /** cells of the current row, '' where there is none */
  cells: string[] = []

  /** @param shared the texts of the workbook that cells refer to by number */
  constructor(private readonly shared: readonly string[]) {}

  feed(block: string, last: boolean): void {
    this.text = this.text.slice(this.at) + block
    this.at = 0
    this.last = last
  }

  next(): boolean {
    const { text } = this
    const open = findTag(text, 'row', this.at)
    if (open < 0) {
      // what cannot be the beginning of a row is let go
      if (!this.last) this.at = Math.max(this.at, text.lastIndexOf('<'))
      return false
    }
    const head = text.indexOf('>', open)
    if (head < 0) return this.wait(open)
    if (text.charCodeAt(head - 1) === SLASH) {
      this.at = head + 1
      this.cells = []
      return true
    }
    const close = closeTag(text, 'row', head)
    if (close < 0) return this.wait(open)
    this.read(head + 1, close)
    this.at = text.indexOf('>', close) + 1
    return true
  }

  private wait(open: number): false {
    this.at = open
    if (this.text.length - open > MAX_ROW)
      throw new Error(`a row of the worksheet is longer than ${MAX_ROW} characters`)
    return false
  }

  private read(from: number, to: number): void {
    const { text } = this
    const cells: string[] = []
    for (let open = findTag(text, 'c', from); open >= 0 && open < to;) {
      const head = text.indexOf('>', open)
      const empty = text.charCodeAt(head - 1) === SLASH
      const close = empty ? head : closeTag(text, 'c', head)
      const attributes = text.slice(open, head)
      const column = columnOf(attributes) ?? cells.length
      if (column < MAX_COLUMNS) {
        while (cells.length < column) cells.push('')
        cells[column] = empty ? '' : this.value(attributes, head + 1, close)
      }
      open = findTag(text, 'c', close)
    }
    this.cells = cells
  }

  private value(attributes: string, from: number, to: number): string {
    const type = attribute(attributes, 't')
    if (type === 'inlineStr') return texts(this.text.slice(from, to))
    const open = findTag(this.text, 'v', from)
    if (open < 0 || open >= to) return ''
    const head = this.text.indexOf('>', open)
    const end = this.text.indexOf('<', head)
    const value = end < 0 || end > to ? '' : this.text.slice(head + 1, end)
    if (type === 's') return this.shared[Number(value)] ?? ''
    return type === undefined || type === 'n' ? value : unescape(value)
  }
}

const SLASH = 47
const COLON = 58
const CLOSE = 62
const MAX_ROW = 1 << 22
const MAX_COLUMNS = 1024

/** The texts of xl/sharedStrings.xml, runs of rich text joined. */
export function sharedStrings(xml: string): string[] {
  const found: string[] = []
  for (let open = findTag(xml, 'si', 0); open >= 0;) {
    const head = xml.indexOf('>', open)
    const close = xml.charCodeAt(head - 1) === SLASH ? head : closeTag(xml, 'si', head)
    found.push(close === head ? '' : texts(xml.slice(head + 1, close)))
    open = findTag(xml, 'si', close)
  }
  return found
}

/** All <t> of a piece, without phonetic readings. */
function texts(xml: string): string {
  let text = ''
  const plain = xml.includes('rPh') ? xml.replace(/<(\w+:)?rPh[\s\S]*?<\/(\w+:)?rPh>/g, '') : xml
  for (let open = findTag(plain, 't', 0); open >= 0;) {
    const head = plain.indexOf('>', open)
    const end = plain.charCodeAt(head - 1) === SLASH ? head : plain.indexOf('<', head)
    text += end === head ? '' : plain.slice(head + 1, end)
    open = findTag(plain, 't', end)
  }
  return unescape(text)
}

/** Where the next <name or <prefix:name begins, or -1. */
function findTag(xml: string, name: string, from: number): number {
  for (let open = xml.indexOf('<', from); open >= 0; open = xml.indexOf('<', open + 1)) {
    let i = open + 1
    if (!xml.startsWith(name, i) || !endsName(xml.charCodeAt(i + name.length))) {
      const c = xml.charCodeAt(i)
      if (c === SLASH || c === 63 || c === 33) continue
      while (i < xml.length && !endsName(xml.charCodeAt(i)) && xml.charCodeAt(i) !== COLON) i++
      if (xml.charCodeAt(i) !== COLON || !xml.startsWith(name, i + 1) || !endsName(xml.charCodeAt(i + 1 + name.length)))
        continue
    }
    return open
  }
  return -1
}

/** Where the next </name> or </prefix:name> begins, or -1. */
function closeTag(xml: string, name: string, from: number): number {
  for (let open = xml.indexOf('</', from); open >= 0; open = xml.indexOf('</', open + 2)) {
    let i = open + 2
    if (!xml.startsWith(name, i)) {
      while (i < xml.length && xml.charCodeAt(i) !== COLON && xml.charCodeAt(i) !== CLOSE) i++
      if (xml.charCodeAt(i) !== COLON || !xml.startsWith(name, i + 1)) continue
      i++
    }
    i += name.length
    while (xml.charCodeAt(i) <= 32) i++
    if (xml.charCodeAt(i) === CLOSE) return open
  }
  return -1
}

/** True for what follows a tag's name: blank, slash, >. */
const endsName = (code: number): boolean => code <= 32 || code === SLASH || code === CLOSE

/** Index of the column of r="AB12", from 0. */
function columnOf(attributes: string): number | undefined {
  const reference = attribute(attributes, 'r')
  if (reference === undefined) return undefined
  let column = 0
  for (let i = 0; i < reference.length; i++) {
    const letter = reference.charCodeAt(i) - 64
    if (letter < 1 || letter > 26) break
    column = column * 26 + letter
  }
  return column > 0 ? column - 1 : undefined
}

function attribute(attributes: string, name: string): string | undefined {
  let at = attributes.indexOf(` ${name}=`)
  if (at < 0) return undefined
  at += name.length + 2
  const end = attributes.indexOf(attributes[at], at + 1)
  return attributes.slice(at + 1, end)
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescape(text: string): string {
  if (!text.includes('&') && !text.includes('_x')) return text
  return text
    .replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole
      const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex!, 16)
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
    })
    .replace(/_x([0-9a-fA-F]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
