import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The release of tfjs-node that is linked; adseq's own tfjs-core has the same, since both share one tfjs engine. */
export const TFJS_VERSION = '4.22.0'

/** What `adseq engine link` leaves behind when the addon was built and agreed with the cpu backend. */
export interface Link {
  /** site-packages folder that holds tensorflow */
  sitePackages: string
  /** TensorFlow release, as its library reports it */
  tensorflow: string
  tfjsNode: string
  /** device at the time of linking */
  device: 'cpu' | 'gpu'
  linked: string
}

/** The folder with the linked addon: ADSEQ_TENSORFLOW_HOME, else adseq/tensorflow in the user's data folder. */
export function tensorflowHome(env: NodeJS.ProcessEnv = process.env): string {
  return (
    env.ADSEQ_TENSORFLOW_HOME || join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'adseq', 'tensorflow')
  )
}

export function linkFile(home: string): string {
  return join(home, 'link.json')
}

/** The link, or undefined where there is none. */
export function readLink(home = tensorflowHome()): Link | undefined {
  const file = linkFile(home)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Link) : undefined
}
