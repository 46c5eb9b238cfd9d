/** Edits (insert, delete, replace, swap of neighbours) between two words (Damerau, 1964). */
export function editDistance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(row[j - 1] + 1, last[j] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1)
    }
    before = last
    last = row
  }
  return last[b.length]
}

/** The word most like `word`, ignoring case, dashes and underscores; undefined when none is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[-_]/g, '')
  let best: string | undefined
  let fewest = Math.max(1, Math.floor(word.length * 0.4)) + 1
  for (const candidate of words) {
    const edits = editDistance(plain(word), plain(candidate))
    if (edits < fewest) {
      fewest = edits
      best = candidate
    }
  }
  return best
}
