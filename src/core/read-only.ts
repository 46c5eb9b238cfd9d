import { accessSync, constants } from 'node:fs'

/** True for a file or folder that is there and that this user cannot write. */
export function isReadOnly(path: string): boolean {
  try {
    accessSync(path, constants.F_OK)
  } catch {
    return false
  }
  try {
    accessSync(path, constants.W_OK)
    return false
  } catch {
    return true
  }
}
