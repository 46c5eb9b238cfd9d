import { createWriteStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { Zip, ZipDeflate, strToU8 } from 'fflate'
import { parquetWriteFile } from 'hyparquet-writer'
import { Rng } from '../src/core/rng.js'

/** One made-up event, skewed over users and items; times go up, a second every 4 rows. */
interface Made {
  row: number
  user: number
  item: number
  /** 0 to 99 */
  chance: number
  seconds: number
}

const START = 1_569_888_000 // 2019-10-01
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')

/** How a row of each format looks: what stands before the rows, and a row. */
const TEXTS: Record<string, { name: string; header?: string; row: (made: Made) => string }> = {
  csv: {
    name: 'events.csv',
    header: 'user_id,item_id,event_type,timestamp',
    row: ({ user, item, chance, seconds }) =>
      `user-0000-${user},item-0000-${item},${chance < 80 ? 'view' : chance < 90 ? 'add_to_cart' : 'checkout'},${seconds}`,
  },
  jsonl: {
    name: 'events.jsonl',
    row: ({ user, item, seconds }) =>
      `{"user_id":"u${user}","item_id":"i${item}","event_type":"view","timestamp":${seconds},"session":"72d76fde-8bb3-4e00-8c23-a032dfed738c"}`,
  },
  retailrocket: {
    name: 'events.csv',
    header: 'timestamp,visitorid,event,itemid,transactionid',
    row: ({ user, item, chance, seconds, row }) =>
      `${seconds}788,${user},${chance < 96 ? 'view,' : chance < 99 ? 'addtocart,' : 'transaction,'}${item},${chance < 99 ? '' : row}`,
  },
  rees46: {
    name: '2019-Oct.csv',
    header: 'event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session',
    row: ({ user, item, chance, seconds }) =>
      `${iso(seconds)} ` +
      `UTC,${chance < 94 ? 'view' : chance < 98 ? 'cart' : 'purchase'},${item},205301355${item % 900},electronics.smartphone.${item % 120},brand${item % 4000},${item % 900}.50,5${user},72d76fde-8bb3-4e00-8c23-${100_000_000_000 + user}`,
  },
  taobao: {
    name: 'UserBehavior.csv',
    row: ({ user, item, chance, row }) =>
      `${user},${item},${item % 9000},${chance < 90 ? 'pv' : chance < 96 ? 'cart' : chance < 98 ? 'buy' : 'fav'},${1_511_544_070 + (row % 700_000)}`,
  },
  tmall: {
    name: 'user_log_format1.csv',
    header: 'user_id,item_id,cat_id,seller_id,brand_id,time_stamp,action_type',
    row: ({ user, item, chance, row }) =>
      `${user},${item},${item % 1600},${item % 4900},${item % 8000}.0,${511 + (row % 20)},${chance < 88 ? 0 : chance < 94 ? 2 : 3}`,
  },
  movielens: {
    name: 'ratings.dat',
    row: ({ user, item, chance, seconds }) => `${user + 1}::${item + 1}::${1 + (chance % 5)}::${seconds}`,
  },
  amazon: {
    name: 'reviews.json',
    row: ({ user, item, chance, seconds }) =>
      `{"overall": 5.0, "verified": ${chance < 90}, "reviewTime": "10 1, 2019", "reviewerID": ` +
      `"A${100_000_000 + user}", "asin": "B${100_000_000 + item}", "style": {"Color:": " Black"}, ` +
      '"reviewerName": "Made Up", "reviewText": ' +
      (`"${'It does what it says, and it did so again when I bought it for the second time. '.repeat(1 + (chance % 5))}", ` +
        '' +
        '' +
        '' +
        '') +
      `"summary": "Good", "unixReviewTime": ${seconds}}`,
  },
  completejourney: {
    name: 'transaction_data.csv',
    header:
      'household_key,BASKET_ID,DAY,PRODUCT_ID,QUANTITY,SALES_VALUE,STORE_ID,RETAIL_DISC,TRANS_TIME,WEEK_NO,COUPON_DISC,COUPON_MATCH_DISC',
    row: ({ user, item, row }) =>
      `${user % 2500},2698${row >> 3},${1 + (row % 711)},${item},1,${item % 20}.39,364,-0.6,${1000 + (row % 60)},1,0,0`,
  },
}

export const MADE_FORMATS = [...Object.keys(TEXTS), 'parquet', 'online-retail']

/** Writes files of a format with this many events into a folder. */
export async function madeLog(folder: string, format: string, rows: number): Promise<string[]> {
  if (format === 'parquet') return [madeParquet(folder, rows)]
  if (format === 'online-retail') return [await madeWorkbook(folder, rows)]
  const { name, header, row } = TEXTS[format]
  const files = [await write(join(folder, name), header, rows, row)]
  if (format !== 'retailrocket') return files
  // as many properties as events, in two parts; one of ten is a category, one a price
  for (const part of [1, 2]) {
    files.push(
      await write(
        join(folder, `item_properties_part${part}.csv`),
        'timestamp,itemid,property,value',
        rows >> 1,
        ({ item, chance, seconds }) =>
          `${seconds}000,${item},${chance < 10 ? `categoryid,${item % 1600}` : chance < 20 ? `790,n${item}.000` : `${chance},1116713 960601 n277.200`}`,
        part,
      ),
    )
  }
  return files
}

function* made(rows: number, seed = 1): Generator<Made, void> {
  const rng = new Rng(seed)
  for (let row = 0; row < rows; row++)
    yield {
      row,
      user: Math.floor(50_000 * rng.uniform() ** 2),
      item: Math.floor(100_000 * rng.uniform() ** 3),
      chance: rng.int(100),
      seconds: START + (row >> 2),
    }
}

async function write(
  path: string,
  header: string | undefined,
  rows: number,
  text: (made: Made) => string,
  seed = 1,
): Promise<string> {
  const out = createWriteStream(path)
  let block = header === undefined ? '' : `${header}\n`
  for (const one of made(rows, seed)) {
    block += `${text(one)}\n`
    if (block.length < 1 << 20) continue
    if (!out.write(block)) await once(out, 'drain')
    block = ''
  }
  out.end(block)
  await once(out, 'close')
  return path
}

function madeParquet(folder: string, rows: number): string {
  const all = [...made(rows)]
  const path = join(folder, 'events.parquet')
  parquetWriteFile({
    filename: path,
    rowGroupSize: 500_000,
    columnData: [
      { name: 'user_id', data: all.map(({ user }) => `u${user}`), type: 'STRING' },
      { name: 'item_id', data: all.map(({ item }) => `i${item}`), type: 'STRING' },
      { name: 'event_type', data: all.map(({ chance }) => (chance < 80 ? 'view' : 'checkout')), type: 'STRING' },
      { name: 'timestamp', data: all.map(({ seconds }) => new Date(seconds * 1000)), type: 'TIMESTAMP' },
      { name: 'session', data: all.map(({ row }) => `s${row}`), type: 'STRING' },
    ],
  })
  return path
}

/** A sheet as a spreadsheet program writes it; 9 of 10 lines have a customer. */
async function madeWorkbook(folder: string, rows: number): Promise<string> {
  const path = join(folder, 'online_retail_II.xlsx')
  const parts: Uint8Array[] = []
  const zip = new Zip((error, data) => {
    if (error) throw error
    parts.push(data)
  })
  const add = (name: string, text?: string): ZipDeflate => {
    const file = new ZipDeflate(name, { level: 3 })
    zip.add(file)
    if (text !== undefined) file.push(strToU8(text), true)
    return file
  }
  add('xl/workbook.xml', '<workbook><sheets><sheet name="Year 2009-2010" sheetId="1" r:id="rId1"/></sheets></workbook>')
  add(
    'xl/_rels/workbook.xml.rels',
    '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
  )
  const titles = ['Invoice', 'StockCode', 'Description', 'Quantity', 'InvoiceDate', 'Price', 'Customer ID', 'Country']
  const products = Array.from({ length: 5000 }, (_, i) => `PRODUCT NUMBER ${i}`)
  add(
    'xl/sharedStrings.xml',
    `<sst>${[...titles, 'United Kingdom', ...products].map((text) => `<si><t>${text}</t></si>`).join('')}</sst>`,
  )
  const sheet = add('xl/worksheets/sheet1.xml')
  let block =
    '<worksheet><sheetData><row r="1" ' +
    `spans="1:8">${titles.map((_, i) => `<c r="${'ABCDEFGH'[i]}1" t="s"><v>${i}</v></c>`).join('')}</row>`
  for (const { row, user, item, chance } of made(rows)) {
    const at = row + 2
    const customer = chance < 90 ? `<c r="G${at}"><v>${12_000 + (user % 6000)}</v></c>` : ''
    block +=
      `<row r="${at}" spans="1:8" x14ac:dyDescent="0.25"><c r="A${at}"><v>${489_434 + (row >> 4)}</v></c><c ` +
      `r="B${at}"><v>${10_000 + (item % 5000)}</v></c><c r="C${at}" t="s"><v>${9 + (item % 5000)}</v></c><c ` +
      `r="D${at}"><v>12</v></c><c r="E${at}" s="1"><v>${40_148.25 + row / 1440}</v></c><c ` +
      `r="F${at}"><v>6.95</v></c>${customer}<c r="H${at}" t="s"><v>8</v></c></row>`
    if (block.length < 1 << 20) continue
    sheet.push(strToU8(block))
    block = ''
  }
  sheet.push(strToU8(`${block}</sheetData></worksheet>`), true)
  zip.end()
  writeFileSync(path, Buffer.concat(parts))
  return path
}
