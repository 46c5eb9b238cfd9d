import type { Dialect } from '../csv-records.js'
import { firstLine, type FileHead } from '../file-head.js'
import type { Format, FormatOptions, Matched } from '../format.js'
import type { FileImport } from '../import-file.js'
import { categoryPath, cell, idOf, optionalText, type Rows } from '../row.js'
import { newDraft, type Sink } from '../sink.js'
import { parseTime } from '../timestamps.js'
import { attributeRows, catalogIds } from './attributes.js'
import { bareImport, hasColumns, tableImport, type Columns } from './table.js'

const FORMAT = 'movielens'
/** Ratings at or above it are taken for conversions. */
const MIN_RATING = 4
/** a quote in a title is a quote */
const DIALECT: Dialect = { quotes: false }
const RATING = { userId: 0, movieId: 1, rating: 2, timestamp: 3 }

/** The files of 100K (u.data, u.item, u.user), 1M and 10M (*.dat) and of later sets (*.csv). */
interface Layout {
  role: 'ratings' | 'movies' | 'users'
  delimiter: string
  width: number
  /** what the first line must look like */
  first: RegExp
}
const LAYOUTS: readonly Layout[] = [
  { role: 'ratings', delimiter: '::', width: 4, first: /^\d+::\d+::[\d.]+::\d+$/ },
  { role: 'movies', delimiter: '::', width: 3, first: /^\d+::.+ \(\d{4}.*\)::/ },
  { role: 'users', delimiter: '::', width: 5, first: /^\d+::[MF]::\d+::\d+::/ },
  { role: 'ratings', delimiter: '\t', width: 4, first: /^\d+\t\d+\t[1-5]\t\d+$/ },
  { role: 'movies', delimiter: '|', width: 24, first: /^\d+\|.*(\|[01]){19}$/ },
  { role: 'users', delimiter: '|', width: 5, first: /^\d+\|\d+\|[MF]\|/ },
]
/** the last 19 fields of u.item */
const GENRES = [
  'unknown',
  'Action',
  'Adventure',
  'Animation',
  "Children's",
  'Comedy',
  'Crime',
  'Documentary',
  'Drama',
  'Fantasy',
  'Film-Noir',
  'Horror',
  'Musical',
  'Mystery',
  'Romance',
  'Sci-Fi',
  'Thriller',
  'War',
  'Western',
]

/**
 * MovieLens: a rating is a checkout when it is at least `minRating`, else a view. There is no advertiser and no price.
 */
export const movielens: Format = {
  name: FORMAT,
  summary: 'MovieLens: 100K (u.data, u.item, u.user), 1M and 10M (*.dat), 20M and later (ratings.csv, movies.csv)',
  files:
    'Give the ratings (u.data, ratings.dat or ratings.csv), the movies (u.item, movies.dat, movies.csv) and, ' +
    'where there are some, the users; or the archive as downloaded.',
  special: ['minRating'],
  mapsTypes: false,
  role(head) {
    if (hasColumns(head, ['userId', 'movieId', 'rating', 'timestamp'])) return 'ratings'
    if (hasColumns(head, ['movieId', 'title', 'genres'])) return 'movies'
    return layoutOf(head)?.role
  },
  steps(files, options) {
    const steps: FileImport[] = []
    for (const role of ['movies', 'users', 'ratings'])
      for (const file of files.filter((one) => one.role === role)) steps.push(fileImport(file, options))
    return Promise.resolve(steps.map((file) => ({ file })))
  },
}

function layoutOf(head: FileHead): Layout | undefined {
  // the splits of 100K (u1.base, ua.test) hold the rows of u.data once more
  if (head.place.form !== 'text' || /^u[1-5ab]\.(base|test)$/.test(head.place.name)) return undefined
  const line = firstLine(head, '\n', DIALECT)[0] ?? ''
  return LAYOUTS.find(({ first }) => first.test(line))
}

function fileImport(file: Matched, options: FormatOptions): FileImport {
  const minRating = options.minRating ?? MIN_RATING
  const layout = layoutOf(file.head)
  const events = { format: FORMAT, kind: 'events', options: { minRating } }
  const items = { format: FORMAT, kind: 'items' }
  if (!layout) {
    if (file.role === 'ratings')
      return tableImport(file, ['userId', 'movieId', 'rating', 'timestamp'], {
        ...events,
        rows: (sink, at) => ratingRows(sink, at, minRating),
      })
    return tableImport(file, ['movieId', 'title', 'genres'], {
      ...items,
      rows: (sink, at) => movieRows(sink, at.movieId!, at.title!, (row) => genresOf(cell(row, at.genres))),
    })
  }
  const { delimiter, width } = layout
  if (file.role === 'ratings')
    return bareImport(
      file,
      delimiter,
      width,
      { ...events, rows: (sink) => ratingRows(sink, RATING, minRating) },
      DIALECT,
    )
  if (file.role === 'users') {
    const at: Columns =
      delimiter === '::'
        ? { user: 0, gender: 1, age: 2, occupation: 3, zip: 4 }
        : { user: 0, age: 1, gender: 2, occupation: 3, zip: 4 }
    return bareImport(
      file,
      delimiter,
      width,
      {
        format: FORMAT,
        kind: 'users',
        rows: (sink) => attributeRows(sink, at, 'user', ['gender', 'age', 'occupation', 'zip']),
      },
      DIALECT,
    )
  }
  if (delimiter === '::')
    return bareImport(
      file,
      delimiter,
      width,
      { ...items, rows: (sink) => movieRows(sink, 0, 1, (row) => genresOf(cell(row, 2))) },
      DIALECT,
    )
  return bareImport(
    file,
    delimiter,
    width,
    { ...items, rows: (sink) => movieRows(sink, 0, 1, (row) => GENRES.filter((_, i) => row.field(5 + i) === '1')) },
    DIALECT,
  )
}

function ratingRows(sink: Sink, at: Columns, minRating: number): Rows {
  const draft = newDraft()
  return {
    read(row, notes) {
      const { reject } = notes
      const ids = catalogIds(row, at, 'userId', 'movieId', notes)
      if (ids === 'rejected') return ids
      const text = cell(row, at.rating) ?? ''
      const rating = text === '' ? NaN : Number(text)
      if (!(rating >= 0 && rating <= 5)) return reject('rating is not 0 to 5', text)
      const when = cell(row, at.timestamp) ?? ''
      const time = parseTime(when, 'seconds')
      if (time === undefined) return reject('timestamp is not unix seconds', when)
      draft.user = ids.user
      draft.item = ids.item
      draft.type = rating >= minRating ? CHECKOUT : VIEW
      draft.time = time
      sink.event(draft)
      return 'stored'
    },
  }
}

function movieRows(
  sink: Sink,
  id: number,
  title: number,
  genres: (row: Parameters<Rows['read']>[0]) => string[],
): Rows {
  return {
    read(row, notes) {
      const item = idOf(row, id, 'movie', notes)
      if (item === undefined) return 'rejected'
      sink.item(item, { title: optionalText(row, title, 'title', notes), category: categoryPath(...genres(row)) })
      return 'stored'
    },
  }
}

/** Animation|Children's|Comedy: the genres in their order make the path. */
function genresOf(text: string | undefined): string[] {
  return (text ?? '').split('|').filter((genre) => genre !== '' && !genre.startsWith('(no genres'))
}

/** codes of EVENT_TYPES */
const VIEW = 0
const CHECKOUT = 2
