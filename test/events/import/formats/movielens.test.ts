import { expect, test } from 'vitest'
import { archive } from '../workbook.js'
import { ImportFolder } from '../workspace.js'

const T = 978300760
const EXPECTED = [`1 1193 - checkout 0 ${T}`, `1 661 - view 0 ${T + 1}`]

test('1M: fields apart by ::, titles in ISO-8859-1 with quotes and colons, users with codes', async () => {
  const at = new ImportFolder()
  const result = await at.importAs(
    'movielens',
    at.file(
      'ml-1m.zip',
      archive({
        'ml-1m/ratings.dat': `1::1193::5::${T}\n1::661::3::${T + 1}\n`,
        'ml-1m/movies.dat': Buffer.from(
          '661::Star Wars: Episode IV - "A" (1977)::Action|Adventure\r\n73::Mis\u00e9rables, Les (1995)::Drama\r\n',
          'latin1',
        ),
        'ml-1m/users.dat': '1::F::1::10::48067\n',
        'ml-1m/README': 'SUMMARY\n=======',
      }),
    ),
  )
  expect(at.events()).toEqual(EXPECTED)
  expect(at.items()).toEqual([
    '661 - Action/Adventure - Star Wars: Episode IV - "A" (1977)',
    '73 - Drama - Mis\u00e9rables, Les (1995)',
    '1193 - - - -',
  ])
  expect(at.read((store) => store.user(1)?.attributes)).toEqual({
    gender: 'F',
    age: '1',
    occupation: '10',
    zip: '48067',
  })
  expect(result.files.map(({ kind }) => kind)).toEqual(['items', 'users', 'events'])
})

test('100K: tabs and bars; the splits beside u.data hold its rows once more and are left out', async () => {
  const at = new ImportFolder()
  const movie = (id: number, title: string, ...genres: number[]): string =>
    `${id}|${title}|01-Jan-1995||http://us.imdb.com/M/x|${Array.from({ length: 19 }, (_, i) => (genres.includes(i) ? 1 : 0)).join('|')}`
  const data = `1\t1193\t4\t${T}\n1\t661\t3\t${T + 1}\n`
  await at.importAs(
    'movielens',
    at.file(
      'ml-100k.zip',
      archive({
        'ml-100k/u.data': data,
        'ml-100k/u1.base': data,
        'ml-100k/ua.test': data,
        'ml-100k/u.item': `${movie(1193, '"Toy" Story (1995)', 3, 4, 5)}\n${movie(267, 'unknown', 0)}\n`,
        'ml-100k/u.user': '1|24|M|technician|85711\n',
        'ml-100k/u.genre': 'unknown|0\n',
      }),
    ),
  )
  expect(at.events()).toEqual(EXPECTED)
  expect(at.items()[0]).toBe(`1193 - Animation/Children's/Comedy - "Toy" Story (1995)`)
  expect(at.read((store) => store.user(1)?.attributes)).toEqual({
    age: '24',
    gender: 'M',
    occupation: 'technician',
    zip: '85711',
  })
})

test('later sets: CSV with a header, halves of stars, quoted titles; another limit for a conversion', async () => {
  const at = new ImportFolder()
  const files = [
    at.file('ratings.csv', [
      'userId,movieId,rating,timestamp',
      `1,1193,3.5,${T}`,
      `1,661,3.0,${T + 1}`,
      `1,661,9,${T}`,
    ]),
    at.file('movies.csv', [
      'movieId,title,genres',
      '1193,"American President, The (1995)",Comedy|Drama',
      '2,X,(no genres listed)',
    ]),
  ]
  const result = await at.importAs('movielens', files, { minRating: 3.5, maxRejects: 0.5 })
  expect(at.events()).toEqual(EXPECTED)
  expect(at.items()).toEqual(['1193 - Comedy/Drama - American President, The (1995)', '2 - - - X', '661 - - - -'])
  expect(result.files[1].reasons).toEqual({ 'rating is not 0 to 5': 1 })
})
