import { render } from 'ink'
import { App } from './app.js'
import type { Sources } from './sources.js'

const ENTER = '\u001B[?1049h\u001B[H'
const LEAVE = '\u001B[?1049l'

/** Runs the application on the terminal's alternate screen until the user quits; the screen before comes back. */
export async function runTui(sources: Sources, stdout: NodeJS.WriteStream = process.stdout): Promise<void> {
  stdout.write(ENTER)
  // also where the process is ended from outside
  const leave = (): void => {
    stdout.write(LEAVE)
  }
  process.once('exit', leave)
  try {
    const app = render(<App sources={sources} />, { stdout, exitOnCtrlC: false, maxFps: 20 })
    await app.waitUntilExit()
  } finally {
    process.off('exit', leave)
    leave()
  }
}
