import { UserError } from '../core/errors.js'
import { conversionMask, type Snapshot } from '../features/snapshot.js'
import { timeRange } from './cutoff.js'

/** Conversions that every user and item must have. */
export const CORE = 5
const NEVER = 0xffffffff

/**
 * The leave-one-out split of published sequence models (Kang & McAuley 2018, section 4.1): of every user of the k-core
 * the last conversion is to be found, the one before it serves validation. Indices of users and items stay as they
 * are; users and items outside the core have no events and are in no catalog.
 */
export interface LeaveOneOut {
  /** histories for training: everything from the validation conversion on is cut, user by user */
  training: Snapshot
  /** histories for the test: everything from the test conversion on is cut */
  history: Snapshot
  /** users of the core, and what is held out of each: item, and unix seconds */
  users: Int32Array
  test: { item: Int32Array; time: Float64Array }
  validation: { item: Int32Array; time: Float64Array }
  /** items of the core */
  items: number
}

/** @throws UserError when the data has no conversions of items, or no core is left */
export function leaveOneOut(snapshot: Snapshot): LeaveOneOut {
  const { users: inCore, items: itemsIn } = core(snapshot)
  const kept = (row: number, user: number): boolean =>
    inCore[user] === 1 && (snapshot.eventItem[row] < 0 || itemsIn[snapshot.eventItem[row]] === 1)
  const users: number[] = []
  const [testRow, validationRow] = [new Map<number, number>(), new Map<number, number>()]
  for (let user = 0; user < snapshot.users; user++) {
    if (inCore[user] === 0) continue
    const rows: number[] = []
    for (let row = snapshot.offsets[user + 1] - 1; row >= snapshot.offsets[user] && rows.length < 2; row--)
      if (kept(row, user) && isConversion(snapshot, row)) rows.push(row)
    users.push(user)
    testRow.set(user, rows[0])
    validationRow.set(user, rows[1])
  }
  const held = (of: Map<number, number>): LeaveOneOut['test'] => ({
    item: Int32Array.from(users, (user) => snapshot.eventItem[of.get(user)!]),
    time: Float64Array.from(users, (user) => snapshot.eventTime[of.get(user)!]),
  })
  const upTo = (of: Map<number, number>, name: string): Snapshot =>
    cut(snapshot, itemsIn, (user, row) => inCore[user] === 1 && row < of.get(user)! && kept(row, user), name)
  return {
    training: upTo(validationRow, 'training'),
    history: upTo(testRow, 'history'),
    users: Int32Array.from(users),
    test: held(testRow),
    validation: held(validationRow),
    items: itemsIn.reduce((a, b) => a + b, 0),
  }
}

/** The moment that training under this split goes up to: the last event of its histories. */
export const trainingEnd = (split: LeaveOneOut): number => timeRange(split.training).last

const isConversion = (snapshot: Snapshot, row: number): boolean =>
  snapshot.eventItem[row] >= 0 && conversionMask[snapshot.eventType[row]] === 1

/** Users and items that have CORE conversions among each other: those with fewer are dropped until none is left. */
function core(snapshot: Snapshot): { users: Uint8Array; items: Uint8Array } {
  const [users, items] = [new Uint8Array(snapshot.users).fill(1), new Uint8Array(snapshot.items).fill(1)]
  for (let changed = true; changed;) {
    const [ofUser, ofItem] = [new Uint32Array(snapshot.users), new Uint32Array(snapshot.items)]
    for (let user = 0; user < snapshot.users; user++) {
      if (users[user] === 0) continue
      for (let row = snapshot.offsets[user]; row < snapshot.offsets[user + 1]; row++) {
        if (!isConversion(snapshot, row) || items[snapshot.eventItem[row]] === 0) continue
        ofUser[user]++
        ofItem[snapshot.eventItem[row]]++
      }
    }
    changed = false
    const drop = (from: Uint8Array, counts: Uint32Array): void =>
      from.forEach((in_, i) => in_ === 1 && counts[i] < CORE && ((from[i] = 0), (changed = true)))
    drop(users, ofUser)
    drop(items, ofItem)
  }
  if (!users.includes(1)) {
    const any = snapshot.eventType.some((_, row) => isConversion(snapshot, row))
    throw new UserError(
      any
        ? `No users and items have ${CORE} conversions among each other, which leave-one-out needs.`
        : 'The data has no conversions of items, and leave-one-out holds out the last one of each user.',
      any
        ? 'Use the temporal protocol: leave out --protocol.'
        : 'Import what is to be predicted as checkout, add_to_cart or signup.',
    )
  }
  return { users, items }
}

/** The same catalog and users with a part of the events. */
function cut(
  snapshot: Snapshot,
  items: Uint8Array,
  keep: (user: number, row: number) => boolean,
  name: string,
): Snapshot {
  const rows: number[] = []
  const offsets = new Uint32Array(snapshot.users + 1)
  for (let user = 0; user < snapshot.users; user++) {
    for (let row = snapshot.offsets[user]; row < snapshot.offsets[user + 1]; row++) if (keep(user, row)) rows.push(row)
    offsets[user + 1] = rows.length
  }
  const pick = <T extends Int32Array | Uint8Array | Uint32Array>(from: T): T => {
    const to = new (from.constructor as new (n: number) => T)(rows.length)
    rows.forEach((row, i) => (to[i] = from[row]))
    return to
  }
  return {
    ...snapshot,
    hash: `${snapshot.hash}-leave-one-out-${name}`,
    offsets,
    eventItem: pick(snapshot.eventItem),
    eventAdvertiser: pick(snapshot.eventAdvertiser),
    eventType: pick(snapshot.eventType),
    eventDomain: pick(snapshot.eventDomain),
    eventTime: pick(snapshot.eventTime),
    eventSeq: pick(snapshot.eventSeq),
    // the whole core is ranked: nothing of it is "not known yet", nothing else is known
    itemFirstSeen: snapshot.itemFirstSeen.map((seen, item) => (items[item] === 1 ? seen : NEVER)),
  }
}
