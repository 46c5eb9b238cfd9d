/** Unix seconds as "2017-12-01" (UTC). */
export function day(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10)
}

/** Unix seconds as "2017-12-01 14:05" (UTC). */
export function minute(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 16).replace('T', ' ')
}

/** Unix seconds as an ISO time that settings take: "2017-11-02T23:55:00Z". */
export function isoTime(time: number): string {
  return new Date(time * 1000).toISOString().replace('.000Z', 'Z')
}

/** How long before `moment` a time was: "35 min", "6 h", "12 d", "14 mo", in at most six columns. */
export function age(time: number, moment: number): string {
  const s = Math.max(0, moment - time)
  if (s < 3600) return `${Math.floor(s / 60)} min`
  if (s < 2 * 86_400) return `${Math.floor(s / 3600)} h`
  if (s < 365 * 86_400) return `${Math.floor(s / 86_400)} d`
  return `${Math.floor(s / (30.44 * 86_400))} mo`
}
