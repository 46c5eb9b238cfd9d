/** Share of the longer list that both have; 1 where neither has any. Nothing stands in a list twice. */
export function overlapOf<T>(one: Iterable<T> & { length: number }, other: Iterable<T> & { length: number }): number {
  const most = Math.max(one.length, other.length)
  if (most === 0) return 1
  const own = new Set(one)
  let both = 0
  for (const entry of other) if (own.has(entry)) both++
  return both / most
}
