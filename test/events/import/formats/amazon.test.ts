import { expect, test } from 'vitest'
import { pythonLiteral } from '../../../../src/events/import/formats/python-literal.js'
import { ImportFolder } from '../workspace.js'

const T = 1252800000
const lines = (...objects: object[]): string => objects.map((one) => `${JSON.stringify(one)}\n`).join('')

test('2018: verified reviews are checkouts; prices with a dollar, ranges, markup; items without metadata', async () => {
  const at = new ImportFolder()
  const reviews = at.file(
    'All_Beauty.json.gz',
    lines(
      {
        overall: 5,
        verified: true,
        reviewTime: '09 13, 2009',
        reviewerID: 'A1',
        asin: 'B1',
        reviewText: 'good\nindeed',
        unixReviewTime: T,
      },
      { overall: 1, verified: false, reviewerID: 'A1', asin: 'B2', unixReviewTime: T },
      { overall: 4, verified: true, reviewerID: 'A2', asin: 'B9', unixReviewTime: T + 1 },
    ) + '{"overall": 5, "verified": true, "revie',
  )
  const meta = at.file(
    'meta_All_Beauty.json.gz',
    lines(
      {
        asin: 'B1',
        title: 'Salt &amp; Vinegar',
        brand: 'by\n    Loud &amp; Co',
        category: ['Beauty', 'Hair/Skin'],
        price: '$1,012.99 - $2,000.00',
      },
      { asin: 'B2', title: '', brand: '', category: [], price: '.a-box-inner{background-color:#fff}' },
    ),
  )
  const result = await at.importAs('amazon', [reviews, meta], { maxRejects: 0.5 })
  expect(at.events()).toEqual([`A1 B1 - checkout 0 ${T}`, `A2 B9 - checkout 0 ${T + 1}`])
  expect(at.items()).toEqual(['B1 Loud & Co Beauty/Hair|Skin 1012.99 Salt & Vinegar', 'B2 - - - -', 'B9 - - - -'])
  expect(result.files[1]).toMatchObject({
    rows: 2,
    skips: { 'not a verified purchase': 1 },
    reasons: { 'line is not JSON': 1 },
  })
  expect(at.rejects('All_Beauty.json.gz')[0]).toMatchObject({ line: 4, row: '{"overall": 5, "verified": true, "revie' })
})

test('2023: parent_asin, milliseconds, stores', async () => {
  const at = new ImportFolder()
  const files = [
    at.file(
      'All_Beauty.jsonl',
      lines({
        rating: 5,
        title: 'Such',
        text: 'x',
        asin: 'B00',
        parent_asin: 'P00',
        user_id: 'AG',
        timestamp: T * 1000 + 678,
        verified_purchase: true,
      }),
    ),
    at.file(
      'meta_All_Beauty.jsonl',
      lines(
        {
          main_category: 'All Beauty',
          title: 'Howard',
          price: null,
          store: 'Howard Products',
          categories: [],
          parent_asin: 'P00',
        },
        {
          main_category: 'All Beauty',
          title: 'Y',
          price: 14.98,
          store: null,
          categories: ['Beauty', 'Oil'],
          parent_asin: 'P01',
        },
      ),
    ),
  ]
  await at.importAs('amazon', files)
  expect(at.events()).toEqual([`AG P00 - checkout 0 ${T}`])
  expect(at.items()).toEqual(['P00 Howard Products All Beauty - Howard', 'P01 - Beauty/Oil 14.98 Y'])
})

test('2014: no word of verified, metadata written by Python', async () => {
  const at = new ImportFolder()
  const meta =
    `{'asin': '0001048791', 'salesRank': {'Books': 6334800}, 'imUrl': 'http://x/51MKP.jpg', 'categories': ` +
    `[['Books', 'Plays'], ['Other']], 'title': "The Crucible: Performed by Stuart Pankin, Jerome Dempsey &amp; ` +
    `Cast", 'price': 3.17, 'brand': 'L.A. Theatre \\'W\\''}\n`
  await at.importAs('amazon', [
    at.file('meta_Books.json.gz', meta),
    at.file(
      'reviews_Books_5.json.gz',
      lines({ reviewerID: 'A1', asin: '0001048791', helpful: [2, 3], overall: 5, unixReviewTime: T }),
    ),
  ])
  expect(at.events()).toEqual([`A1 0001048791 - checkout 0 ${T}`])
  expect(at.items()).toEqual([
    `0001048791 L.A. Theatre 'W' Books/Plays 3.17 The Crucible: Performed by Stuart Pankin, Jerome Dempsey & Cast`,
  ])
  expect(at.lines.join()).toContain('do not say which purchase is verified')
})

test.each([
  [
    "{'a': None, 'b': [True, False, -1.5e3], 'c': ('x', \"it's\"), 'd': {}}",
    { a: null, b: [true, false, -1500], c: ['x', "it's"], d: {} },
  ],
  ["'\\u00e9\\x41\\n\\\\\\q'", 'éA\n\\\\q'],
  ['{"a": 1,}', { a: 1 }],
])('Python: %s', (text, value) => {
  expect(pythonLiteral(text)).toEqual(value)
})

test.each(["{'a': 1", "{'a' 1}", "'open", '', "{'a': x}", '[1 2]', '[1] 2'])('no Python: %s', (text) => {
  expect(() => pythonLiteral(text)).toThrow(SyntaxError)
})
