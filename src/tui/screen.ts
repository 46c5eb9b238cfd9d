import type { ReactNode } from 'react'
import type { RunNames } from '../runs/manifest.js'
import type { KeyHandler } from './use-keys.js'
import type { Sources } from './sources.js'

export type Keys = readonly (readonly [key: string, does: string])[]

/** What one screen asks another to show. */
export interface Place {
  user?: string
  item?: string
  /** runs chosen on the runs screen */
  runs?: RunNames
}

/** Text is being typed: the keys of the application rest. */
export interface Typing {
  on: () => boolean
  set: (on: boolean) => void
}

export interface ScreenProps {
  sources: Sources
  width: number
  height: number
  /** whether it is on show; what is read again and again rests otherwise */
  shown: boolean
  /** whether it was on show before: what it loads once is loaded then */
  seen: boolean
  /** takes the handler of the keys that are meant for it; see useScreenKeys */
  onKeys: (handler: KeyHandler) => void
  typing: Typing
  /** what another screen asked it to show; another object each time */
  at: Place
  go: (screen: string, place?: Place) => void
}

/** One screen: a file of screens/. */
export interface Screen {
  name: string
  /** for the line at the bottom; where there is no room for all, the first ones go */
  keys: Keys
  help: Keys
  View: (props: ScreenProps) => ReactNode
}
