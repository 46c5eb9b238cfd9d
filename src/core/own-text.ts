/**
 * A text that may stay in memory. A substring of 13 characters or more keeps the whole text it was cut from alive, so
 * it is copied.
 */
export function ownText(text: string): string {
  return text.length < 13 ? text : Buffer.from(text).toString()
}
