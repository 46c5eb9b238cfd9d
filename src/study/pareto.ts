export interface Point {
  /** both the higher the better */
  recall: number
  coverage: number
}

/**
 * The points that no other beats: none has both more recall and more coverage, or one of them at an equal other. Equal
 * points are both in it. Gives indices, by falling recall.
 */
export function paretoFront(points: readonly Point[]): number[] {
  const front = points.flatMap((p, i) => (points.some((q) => beats(q, p)) ? [] : [i]))
  return front.sort((i, j) => points[j].recall - points[i].recall || points[j].coverage - points[i].coverage)
}

const beats = (q: Point, p: Point): boolean =>
  q.recall >= p.recall && q.coverage >= p.coverage && (q.recall > p.recall || q.coverage > p.coverage)
