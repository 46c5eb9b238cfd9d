/**
 * A command that another adseq started (over an IPC channel, as studies do) ends when that one is gone, however it
 * ended: as with SIGTERM, so that it keeps its state. One started by a shell has no channel and is left alone.
 */
export function endsWithStarter(): void {
  const end = (): void => void process.kill(process.pid, 'SIGTERM')
  if (process.connected === undefined) return
  if (!process.connected) return end()
  process.once('disconnect', end)
  // listening alone must not keep a finished command alive
  process.channel?.unref()
}
