/** @throws always: says which entry */
export function notFinite(score: number, entry: number): never {
  throw new Error(`The score of entry ${entry} is ${score}: scores must be finite.`)
}
