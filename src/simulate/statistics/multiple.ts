/**
 * p values adjusted so that rejecting those up to alpha keeps the probability of any false rejection at alpha, whatever
 * their dependence (Holm 1979). NaN stays NaN and counts as no test.
 */
export function holm(p: readonly number[]): number[] {
  const order = tested(p)
  const adjusted = p.slice()
  let largest = 0
  order.forEach((i, rank) => {
    largest = Math.max(largest, Math.min(1, p[i] * (order.length - rank)))
    adjusted[i] = largest
  })
  return adjusted
}

/**
 * The same for the expected share of false ones among those rejected (Benjamini & Hochberg 1995), for tests that are
 * independent or positively dependent.
 */
export function benjaminiHochberg(p: readonly number[]): number[] {
  const order = tested(p)
  const adjusted = p.slice()
  let least = 1
  for (let rank = order.length; rank > 0; rank--) {
    const i = order[rank - 1]
    least = Math.min(least, (p[i] * order.length) / rank)
    adjusted[i] = least
  }
  return adjusted
}

/** Indices in order of p. */
const tested = (p: readonly number[]): number[] =>
  [...p.keys()].filter((i) => !Number.isNaN(p[i])).sort((a, b) => p[a] - p[b] || a - b)
