/**
 * The places of the n best, best first; of equal scores the lower key comes first. Only those are sorted.
 * @param scores without NaN @param keys distinct, as many as scores @param size how many of them count
 */
export function bestPlaces(scores: Float64Array, keys: Int32Array, n: number, size = scores.length): Int32Array {
  if (n <= 0 || size === 0) return new Int32Array(0)
  const places = new Int32Array(size)
  let found = 0
  const least = n < size ? nth(scores.slice(0, size), n) : -Infinity
  for (let i = 0; i < size; i++) if (scores[i] >= least) places[found++] = i
  return sorted(places.subarray(0, found), scores, keys).subarray(0, n)
}

/** The n-th highest value (quickselect, Hoare 1961). @param values reordered @param n from 1 */
export function nth(values: Float64Array, n: number): number {
  const at = n - 1
  let [from, to] = [0, values.length - 1]
  while (from < to) {
    const pivot = middle(values[from], values[(from + to) >>> 1], values[to])
    let [i, j] = [from, to]
    while (i <= j) {
      while (values[i] > pivot) i++
      while (values[j] < pivot) j--
      if (i > j) break
      const value = values[i]
      values[i++] = values[j]
      values[j--] = value
    }
    if (at <= j) to = j
    else if (at >= i) from = i
    else break
  }
  return values[at]
}

const middle = (a: number, b: number, c: number): number => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))

/** Bits of a digit; three of them hold what decides between most numbers: sign, exponent, 20 bits of the fraction. */
const DIGIT = 11
const DIGITS = 3
const counts = new Uint32Array(DIGITS << DIGIT)
/** Of a 64-bit number in memory the half with the sign. */
const HIGH = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0

/**
 * A radix sort by the upper halves of the scores, which takes no decisions that a processor could guess wrong; what
 * they leave equal is sorted by insertion.
 */
function sorted(places: Int32Array, scores: Float64Array, keys: Int32Array): Int32Array {
  const n = places.length
  const own = new Float64Array(n)
  // -0 is as much as 0
  for (let i = 0; i < n; i++) own[i] = scores[places[i]] + 0
  const halves = new Uint32Array(own.buffer)
  // as unsigned numbers that ascend where scores descend
  const digits = new Uint32Array(n)
  counts.fill(0)
  for (let i = 0; i < n; i++) {
    const high = halves[2 * i + HIGH]
    const falling = high >>> 31 === 1 ? high : ~high & 0x7fffffff
    digits[i] = falling
    for (let d = 0; d < DIGITS; d++) counts[(d << DIGIT) + ((falling >>> (d * DIGIT)) & (2 ** DIGIT - 1))]++
  }
  let [from, into] = [new Int32Array(n), new Int32Array(n)]
  for (let i = 0; i < n; i++) from[i] = i
  for (let d = 0; d < DIGITS; d++) {
    let before = 0
    for (let at = d << DIGIT; at < (d + 1) << DIGIT; at++) {
      const count = counts[at]
      counts[at] = before
      before += count
    }
    for (let i = 0; i < n; i++) {
      const one = from[i]
      into[counts[(d << DIGIT) + ((digits[one] >>> (d * DIGIT)) & (2 ** DIGIT - 1))]++] = one
    }
    ;[from, into] = [into, from]
  }
  const out = into
  for (let start = 0; start < n;) {
    let end = start + 1
    while (end < n && digits[from[end]] === digits[from[start]]) end++
    for (let i = start; i < end; i++) out[i] = places[from[i]]
    if (end - start > 1) sortRun(out, start, end, scores, keys)
    start = end
  }
  return out
}

/** Of more than so many a comparison function costs less than insertion. */
const MANY = 24

function sortRun(places: Int32Array, start: number, end: number, scores: Float64Array, keys: Int32Array): void {
  if (end - start > MANY) {
    places.subarray(start, end).sort((a, b) => scores[b] - scores[a] || keys[a] - keys[b])
    return
  }
  for (let i = start + 1; i < end; i++) {
    const place = places[i]
    const [score, key] = [scores[place], keys[place]]
    let j = i - 1
    for (; j >= start; j--) {
      const other = scores[places[j]]
      if (other > score || (other === score && keys[places[j]] < key)) break
      places[j + 1] = places[j]
    }
    places[j + 1] = place
  }
}
