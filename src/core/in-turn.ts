/** Does one thing after the other, in the order in which they are asked for; one that throws holds up no other. */
export function oneAfterTheOther(): <T>(work: () => Promise<T> | T) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }
}
