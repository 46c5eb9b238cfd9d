import { hashString } from '../core/hash.js'

/**
 * Which arm a user is in: the same whenever they are asked for, whoever else is there, and independent from one
 * experiment to another. @param shares of the users, by arm; they sum to 1
 */
export function armOf(experiment: string, user: string, shares: readonly number[]): number {
  let x = hashString(user, hashString(experiment)) / 2 ** 32
  let arm = 0
  while (arm < shares.length - 1 && x >= shares[arm]) x -= shares[arm++]
  return arm
}
