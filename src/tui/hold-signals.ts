/**
 * Where the command has its own listener for Ctrl-C, to write a checkpoint first, Ink must not end the process: it does
 * when it finds itself the only listener left, which it is once a `once` listener has been called. So one more listens
 * to the first signal; a second one ends the process at once.
 */
export function holdSignals(onSignal: () => void): () => void {
  const held = (['SIGINT', 'SIGTERM'] as const).filter((signal) => process.listenerCount(signal) > 0)
  const release = (): void => {
    for (const signal of held) process.off(signal, hold)
  }
  const hold = (): void => {
    onSignal()
    // not before all listeners of this signal have run
    setImmediate(release)
  }
  for (const signal of held) process.on(signal, hold)
  return release
}
