import type { Store } from '../store/store.js'
import type { Countries } from './tables.js'

/** The attribute of users that says where they are. */
const ATTRIBUTE = 'country'

/** Where the users of a store are; names in order of the alphabet. */
export function readCountries(store: Pick<Store, 'scanUserAttribute'>, users: number): Countries {
  const found = [...store.scanUserAttribute(ATTRIBUTE)].filter(([id]) => id <= users)
  const names = [...new Set(found.map(([, name]) => name))].sort()
  const index = new Map(names.map((name, i) => [name, i]))
  const ofUser = new Int32Array(users).fill(-1)
  for (const [id, name] of found) ofUser[id - 1] = index.get(name)!
  return { names, ofUser }
}

/** Where a user is, by name. */
export const countryOf = ({ names, ofUser }: Countries, user: number): string | undefined => names[ofUser[user]]
