import { strToU8, zipSync } from 'fflate'

/** A cell: a number, a text that is shared by the workbook, or a text in the sheet itself. */
export type Cell = number | string | { inline: string } | undefined

/**
 * An .xlsx file with the parts that a spreadsheet program writes for these sheets. @param prefix of the tags, such as
 * x:
 */
export function workbook(sheets: Record<string, Cell[][]>, prefix = ''): Buffer {
  const shared: string[] = []
  const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const cell = (value: Cell, row: number, column: number): string => {
    const at = `r="${String.fromCharCode(65 + column)}${row + 1}"`
    if (value === undefined) return ''
    if (typeof value === 'number') return `<${prefix}c ${at} s="1"><${prefix}v>${value}</${prefix}v></${prefix}c>`
    if (typeof value === 'object')
      return (
        `<${prefix}c ${at} t="inlineStr"><${prefix}is><${prefix}t ` +
        `xml:space="preserve">${escape(value.inline)}</${prefix}t></${prefix}is></${prefix}c>`
      )
    if (!shared.includes(value)) shared.push(value)
    return `<${prefix}c ${at} t="s"><${prefix}v>${shared.indexOf(value)}</${prefix}v></${prefix}c>`
  }
  const names = Object.keys(sheets)
  const files: Record<string, string> = {
    '[Content_Types].xml': '<Types/>',
    'xl/workbook.xml':
      '<workbook ' +
      `xmlns:r="r"><sheets>${names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${names.map((_, i) => `<Relationship Id="rId${i + 1}" Type="worksheet" Target="worksheets/sheet${i + 1}.xml"/>`).join('')}</Relationships>`,
  }
  names.forEach((name, i) => {
    const rows = sheets[name].map(
      (cells, row) =>
        `<${prefix}row ` +
        `r="${row + 1}">${cells.map((value, column) => cell(value, row, column)).join('')}</${prefix}row>`,
    )
    files[`xl/worksheets/sheet${i + 1}.xml`] =
      '<?xml ' +
      `version="1.0"?>\n<${prefix}worksheet><${prefix}cols/><${prefix}sheetData>${rows.join('')}</${prefix}sheetData></${prefix}worksheet>`
  })
  files['xl/sharedStrings.xml'] =
    `<sst>${shared.map((text, i) => (i % 2 === 0 ? `<si><t>${escape(text)}</t></si>` : `<si><r><t>${escape(text.slice(0, 1))}</t></r><r><rPr/><t>${escape(text.slice(1))}</t></r></si>`)).join('')}</sst>`
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)]))))
}

/** A zip archive of files. */
export function archive(files: Record<string, string | Buffer>): Buffer {
  return Buffer.from(
    zipSync(
      Object.fromEntries(
        Object.entries(files).map(([name, data]) => [name, typeof data === 'string' ? strToU8(data) : data]),
      ),
    ),
  )
}
