/**
 * Runs `task` on what `next` gives, at most `jobs` at a time, until it gives undefined. After a failure nothing new is
 * started; what is under way is waited for.
 * @throws the first failure
 */
export async function runJobs<T>(
  jobs: number,
  next: () => T | undefined,
  task: (one: T) => Promise<void>,
): Promise<void> {
  let failed = false
  const worker = async (): Promise<void> => {
    while (!failed) {
      const one = next()
      if (one === undefined) return
      try {
        await task(one)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: jobs }, worker))
  const first = ends.find((end) => end.status === 'rejected')
  if (first) throw first.reason
}
