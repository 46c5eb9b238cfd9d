import type { Store } from '../../store/store.js'
import { setKnobs, type WorldKnobs } from './knobs.js'
import type { World } from './user-state.js'
import { makeWorld, worldHash } from './world.js'

/** The world that a store was filled with, and which of its users is which of the store's. */
export interface StoredWorld {
  world: World
  /** [users of the store] the world's number of each */
  users: Int32Array
}

/** The world of a store that holds one generated world of this version and nothing else; undefined for any other. */
export function storedWorld(store: Store): StoredWorld | undefined {
  // ads are no part of what is wanted
  const [record, ...others] = store.imports.all().filter(({ kind }) => kind !== 'ads' && kind !== 'impressions')
  if (record?.format !== 'world' || record.status !== 'done' || others.length > 0) return undefined
  const { seed, knobs, prefix } = record.options as { seed: number; knobs: WorldKnobs; prefix: string }
  // another version of the world made it: its truth is not the one that can be told here
  if (record.hash !== `world:${worldHash(knobs, seed)}`) return undefined
  return {
    world: makeWorld(setKnobs(knobs, []), seed),
    users: Int32Array.from(store.externalIds('users'), (name) => Number(name.slice(prefix.length + 1)) - 1),
  }
}
