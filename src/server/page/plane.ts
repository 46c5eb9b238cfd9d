/** A point of a picture, in pixels from its upper left corner. */
export interface Pixel {
  x: number
  y: number
}

/**
 * Where points of a plane lie in a picture: all of them in it, `margin` from its edges, both axes to one scale so that
 * distances stay true, y upwards.
 */
export function fitted(
  points: readonly { x: number; y: number }[],
  { width, height, margin }: { width: number; height: number; margin: number },
): Pixel[] {
  const ends = (of: (point: Pixel) => number): [low: number, high: number] =>
    points.reduce(([low, high], one) => [Math.min(low, of(one)), Math.max(high, of(one))], [Infinity, -Infinity])
  const [left, right] = ends(({ x }) => x)
  const [low, high] = ends(({ y }) => y)
  const room = (size: number, spread: number): number => (spread > 0 ? (size - 2 * margin) / spread : Infinity)
  const least = Math.min(room(width, right - left), room(height, high - low))
  const scale = Number.isFinite(least) ? least : 0
  return points.map(({ x, y }) => ({
    x: width / 2 + (x - (left + right) / 2) * scale,
    y: height / 2 - (y - (low + high) / 2) * scale,
  }))
}

/** The point that is nearest to a place, within so many pixels. @returns its index, -1: none */
export function nearest(pixels: readonly Pixel[], { x, y }: Pixel, within = Infinity): number {
  let [best, least] = [-1, within]
  pixels.forEach((one, i) => {
    const distance = Math.hypot(one.x - x, one.y - y)
    if (distance <= least && (best === -1 || distance < least)) [best, least] = [i, distance]
  })
  return best
}

const STEPS: Record<string, Pixel> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/**
 * The nearest point in the direction of an arrow key, no more than 45 degrees off it.
 * @returns its index; where there is none, or the key is no arrow, the one it begins from
 */
export function towards(pixels: readonly Pixel[], from: number, key: string): number {
  const step = STEPS[key]
  if (step === undefined) return from
  const at = pixels[from]
  let [best, least] = [from, Infinity]
  pixels.forEach(({ x, y }, i) => {
    const [dx, dy] = [x - at.x, y - at.y]
    const along = dx * step.x + dy * step.y
    const aside = Math.abs(dx * step.y) + Math.abs(dy * step.x)
    const distance = Math.hypot(dx, dy)
    if (along > 0 && aside <= along && distance < least) [best, least] = [i, distance]
  })
  return best
}
