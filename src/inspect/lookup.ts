import type { RunNames } from '../embed/open-runs.js'
import type { UserView } from './types.js'

/** What the users screen asks: views of users, by the models of two runs. Answered off the thread that draws. */
export interface Lookup {
  /** @throws UserError for an unknown user */
  user(externalId: string): Promise<UserView>
  /** external id of a user drawn at random; the same `draw` gives the same */
  random(draw: number): Promise<string>
  close(): Promise<void>
}

/** Opens data and models. @throws UserError when there is no data, or a named run is not there */
export type OpenLookup = (runs: RunNames) => Promise<Lookup>
