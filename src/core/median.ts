/** The middle of some numbers, of an even number of them the mean of the two in the middle; undefined of none. */
export function median(values: ArrayLike<number>): number | undefined {
  if (values.length === 0) return undefined
  const sorted = Float64Array.from(values).sort()
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
