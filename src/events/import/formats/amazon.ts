import type { FileHead } from '../file-head.js'
import type { Format, Matched } from '../format.js'
import type { FileImport } from '../import-file.js'
import type { JsonRecords } from '../json-records.js'
import { badId, boundedText, categoryPath, type Rows } from '../row.js'
import { newDraft, type Sink } from '../sink.js'
import { parseTime } from '../timestamps.js'
import { catalogIds } from './attributes.js'
import { pythonLiteral } from './python-literal.js'
import { hasColumns, jsonImport, tableImport, type Columns } from './table.js'

const FORMAT = 'amazon'
const RATINGS = ['user_id', 'parent_asin', 'rating', 'timestamp'] as const
/** code of EVENT_TYPES */
const CHECKOUT = 2

/**
 * Amazon reviews of 2014, 2018 and 2023 with their metadata: a review of a verified purchase is a checkout at the time
 * of the review. Items are parent_asin in 2023 (to which the metadata belong), asin before. The metadata are one
 * snapshot, taken when the set was collected, with the price and category of that day.
 */
export const amazon: Format = {
  name: FORMAT,
  summary: 'Amazon reviews 2014, 2018, 2023: reviews as JSON lines with meta_*.json(l), or the ratings as CSV (2023)',
  files:
    'Give the reviews of a category (JSON lines with reviewerID and asin, or user_id and parent_asin) and its ' +
    'metadata (meta_*.json.gz, meta_*.jsonl.gz).',
  special: ['advertiser'],
  mapsTypes: false,
  advertisers: ['brand', 'category'],
  role: (head) => (hasColumns(head, RATINGS) ? 'ratings' : roleOf(firstObject(head))),
  steps(files, options) {
    const metadata = files.filter(({ role }) => role === 'metadata')
    if (metadata.length === 0)
      options.say('Without the metadata (meta_*) no item has an advertiser, a category, a price or a title.')
    const reviews = files.filter(({ role }) => role === 'reviews')
    if (
      reviews.some(
        ({ head }) => firstObject(head)?.reviewerID !== undefined && !head.objects?.some((one) => 'verified' in one),
      )
    ) {
      options.say('These reviews (2014) do not say which purchase is verified: each of them is taken for a checkout.')
    }
    const byCategory = options.advertiser === 'category'
    const steps: FileImport[] = [
      ...metadata.map((file) =>
        jsonImport(
          file,
          {
            format: FORMAT,
            kind: 'items',
            options: { advertiser: options.advertiser ?? 'brand' },
            rows: (sink) => metadataRows(sink, byCategory),
          },
          isPython(file.head) ? pythonLiteral : undefined,
        ),
      ),
      ...reviews.map((file) => jsonImport(file, { format: FORMAT, kind: 'events', rows: reviewRows })),
      ...files
        .filter(({ role }) => role === 'ratings')
        .map((file) => tableImport(file, RATINGS, { format: FORMAT, kind: 'events', rows: ratingRows })),
    ]
    return Promise.resolve(steps.map((file) => ({ file })))
  },
}

type Line = Record<string, unknown>

function roleOf(object: Line | undefined): Matched['role'] | undefined {
  if (object === undefined) return undefined
  if ('asin' in object && 'reviewerID' in object) return 'reviews'
  if ('parent_asin' in object && 'user_id' in object) return 'reviews'
  return 'asin' in object || ('parent_asin' in object && ('store' in object || 'title' in object))
    ? 'metadata'
    : undefined
}

/** True for lines like {'asin': '0001048791', ...}, which are Python and no JSON. */
const isPython = (head: FileHead): boolean =>
  /^\s*\{\s*'/.test(head.bytes.subarray(head.mark, head.mark + 64).toString('latin1'))

function firstObject(head: FileHead): Line | undefined {
  if (!isPython(head)) return head.objects?.[0]
  try {
    return pythonLiteral(head.bytes.subarray(head.mark).toString('utf8').split('\n', 1)[0]) as Line
  } catch {
    return undefined
  }
}

function reviewRows(sink: Sink): Rows {
  const draft = newDraft()
  return {
    read(row, { reject, skip }) {
      const line = (row as unknown as JsonRecords).value
      const user = text(line.user_id ?? line.reviewerID)
      const badUser = badId(user)
      if (badUser) return reject(`user ${badUser}`, user)
      const item = text(line.parent_asin ?? line.asin)
      const badItem = badId(item)
      if (badItem) return reject(`item ${badItem}`, item)
      const time =
        line.timestamp === undefined
          ? parseTime(text(line.unixReviewTime), 'seconds')
          : parseTime(text(line.timestamp), 'milliseconds')
      if (time === undefined)
        return reject(
          line.timestamp === undefined ? 'unixReviewTime is not unix seconds' : 'timestamp is not unix milliseconds',
          text(line.timestamp ?? line.unixReviewTime),
        )
      if ((line.verified_purchase ?? line.verified) === false) return skip('not a verified purchase')
      draft.user = user
      draft.item = item
      draft.type = CHECKOUT
      draft.time = time
      sink.event(draft)
      return 'stored'
    },
  }
}

function ratingRows(sink: Sink, at: Columns): Rows {
  const draft = newDraft()
  return {
    read(row, notes) {
      const { reject } = notes
      const ids = catalogIds(row, at, 'user_id', 'parent_asin', notes)
      if (ids === 'rejected') return ids
      const when = row.field(at.timestamp!) ?? ''
      const time = parseTime(when, 'milliseconds')
      if (time === undefined) return reject('timestamp is not unix milliseconds', when)
      draft.user = ids.user
      draft.item = ids.item
      draft.type = CHECKOUT
      draft.time = time
      sink.event(draft)
      return 'stored'
    },
  }
}

function metadataRows(sink: Sink, byCategory: boolean): Rows {
  return {
    read(row, { reject }) {
      const line = (row as unknown as JsonRecords).value
      const item = text(line.parent_asin ?? line.asin)
      const bad = badId(item)
      if (bad) return reject(`item ${bad}`, item)
      const path = pathOf(line)
      const owner = byCategory ? (path[0] ?? '') : brandOf(line)
      sink.item(item, {
        advertiser: badId(owner) ? undefined : owner,
        category: categoryPath(...path),
        price: priceOf(line.price),
        title: boundedText(plain(text(line.title))),
      })
      return 'stored'
    },
  }
}

/** brand (2014, 2018; sometimes "by\n Brand"), store (2023). */
function brandOf(line: Line): string {
  const brand = plain(text(line.store ?? line.brand)).replace(/^by\s+/i, '')
  return /^(unknown|none|n\/a)$/i.test(brand) ? '' : brand
}

/**
 * categories: [[a, b], [a, c]] (2014: the first), category: [a, b] (2018), categories: [a, b] or main_category (2023).
 */
function pathOf(line: Line): string[] {
  const list = (line.category ?? line.categories) as unknown
  const first: unknown = Array.isArray(list) && Array.isArray(list[0]) ? list[0] : list
  const path = Array.isArray(first)
    ? first.map((part) => plain(text(part))).filter((part) => part !== '' && part.length <= 100 && !part.includes('</'))
    : []
  return path.length > 0
    ? path
    : [plain(text(line.main_category ?? line.main_cat))].filter((part) => part !== '' && !part.includes('<'))
}

/** 3.17, "$3.17", "$1,299.00", of "$12.99 - $25.00" the lower one; undefined for anything else. */
function priceOf(price: unknown): number | undefined {
  const found =
    typeof price === 'number' ? String(price) : /^\$?\s*([\d,]+(?:\.\d+)?)(?:\s*-.*)?$/.exec(text(price))?.[1]
  const number = found === undefined ? NaN : Number(found.replaceAll(',', ''))
  return number > 0 && Number.isFinite(number) ? number : undefined
}

const ENTITIES: Record<string, string> = { '&amp;': '&', '&quot;': '"', '&#39;': "'", '&lt;': '<', '&gt;': '>' }
const plain = (value: string): string =>
  (value.includes('&') ? value.replace(/&(?:amp|quot|#39|lt|gt);/g, (entity) => ENTITIES[entity]) : value)
    .replace(/\s+/g, ' ')
    .trim()
const text = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
