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
  /** what stands before the names of tags: '' or x: */
  private prefix: string | undefined
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
    this.prefix ??= /<(\w+:)?row[\s/>]/.exec(text)?.[1] ?? (text.includes('<row') ? '' : undefined)
    const open = this.prefix === undefined ? -1 : findTag(text, `<${this.prefix}row`, this.at)
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
    const close = findTag(text, `</${this.prefix}row`, head)
    if (close < 0) return this.wait(open)
    this.read(head + 1, close, this.prefix!)
    this.at = text.indexOf('>', close) + 1
    return true
  }

  private wait(open: number): false {
    this.at = open
    if (this.text.length - open > MAX_ROW)
      throw new Error(`a row of the worksheet is longer than ${MAX_ROW} characters`)
    return false
  }

  private read(from: number, to: number, prefix: string): void {
    const { text } = this
    const cells: string[] = []
    const tag = `<${prefix}c`
    for (let open = findTag(text, tag, from); open >= 0 && open < to;) {
      const head = text.indexOf('>', open)
      const empty = text.charCodeAt(head - 1) === SLASH
      const close = empty ? head : findTag(text, `</${prefix}c`, head)
      const attributes = text.slice(open, head)
      const column = columnOf(attributes) ?? cells.length
      if (column < MAX_COLUMNS) {
        while (cells.length < column) cells.push('')
        cells[column] = empty ? '' : this.value(attributes, head, close, prefix)
      }
      open = findTag(text, tag, close)
    }
    this.cells = cells
  }

  /** What the cell holds whose tag ends at `head`, and which ends at `close`. */
  private value(attributes: string, head: number, close: number, prefix: string): string {
    const { text } = this
    const type = attribute(attributes, ' t=')
    if (type === 'inlineStr') return texts(text.slice(head + 1, close))
    // a formula may come first
    const value = findTag(text, `<${prefix}v`, head)
    if (value < 0 || value >= close) return ''
    const start = text.indexOf('>', value) + 1
    const end = text.indexOf('<', start)
    const found = end < 0 || end > close ? '' : text.slice(start, end)
    if (type === 's') return this.shared[Number(found)] ?? ''
    return type === undefined || type === 'n' ? found : unescape(found)
  }
}

const SLASH = 47
const MAX_ROW = 1 << 22
const MAX_COLUMNS = 1024

/** The texts of xl/sharedStrings.xml, runs of rich text joined. */
export function sharedStrings(xml: string): string[] {
  const prefix = /<(\w+:)?si[\s/>]/.exec(xml)?.[1] ?? ''
  const found: string[] = []
  for (let open = findTag(xml, `<${prefix}si`, 0); open >= 0;) {
    const head = xml.indexOf('>', open)
    const close = xml.charCodeAt(head - 1) === SLASH ? head : findTag(xml, `</${prefix}si`, head)
    found.push(close === head ? '' : texts(xml.slice(head + 1, close)))
    open = findTag(xml, `<${prefix}si`, close)
  }
  return found
}

/** All <t> of a piece, without phonetic readings. */
function texts(xml: string): string {
  const prefix = /<(\w+:)?t[\s/>]/.exec(xml)?.[1] ?? ''
  let text = ''
  const plain = xml.includes('rPh') ? xml.replace(/<(\w+:)?rPh[\s\S]*?<\/(\w+:)?rPh>/g, '') : xml
  for (let open = findTag(plain, `<${prefix}t`, 0); open >= 0;) {
    const head = plain.indexOf('>', open)
    const end = plain.charCodeAt(head - 1) === SLASH ? head : plain.indexOf('<', head)
    text += end === head ? '' : plain.slice(head + 1, end)
    open = findTag(plain, `<${prefix}t`, end)
  }
  return unescape(text)
}

/** Where the next tag begins whose name is this and no longer one, or -1. @param tag as it is written, with < or </ */
function findTag(xml: string, tag: string, from: number): number {
  let open = xml.indexOf(tag, from)
  // what follows a name is a blank, a slash or >
  while (open >= 0 && !isEnd(xml.charCodeAt(open + tag.length))) open = xml.indexOf(tag, open + 1)
  return open
}

const isEnd = (code: number): boolean => code <= 32 || code === SLASH || code === 62

/** Index of the column of r="AB12", from 0. */
function columnOf(attributes: string): number | undefined {
  const at = attributes.indexOf(' r=')
  if (at < 0) return undefined
  let column = 0
  for (let i = at + 4; i < attributes.length; i++) {
    const letter = attributes.charCodeAt(i) - 64
    if (letter < 1 || letter > 26) break
    column = column * 26 + letter
  }
  return column > 0 ? column - 1 : undefined
}

/** The value of an attribute, in quotes of either kind. @param name with a blank before and = behind it */
function attribute(attributes: string, name: string): string | undefined {
  const at = attributes.indexOf(name)
  if (at < 0) return undefined
  const start = at + name.length + 1
  return attributes.slice(start, attributes.indexOf(attributes[start - 1], start))
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
