/**
 * A command that another adseq started (over an IPC channel, as studies do) ends when that one is gone, however it
 * ended: as with SIGTERM, so that it keeps its state. One started by a shell has no channel and is left alone.
 */
export function endsWithStarter(self: NodeJS.Process = process): void {
  const end = (): void => void self.kill(self.pid, 'SIGTERM')
  if (self.connected === undefined) return
  if (!self.connected) return end()
  self.once('disconnect', end)
  // listening alone must not keep a finished command alive
  self.channel?.unref()
}
