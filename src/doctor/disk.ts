import { accessSync, constants, existsSync, statSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { failed, ok, warning, type Check, type Finding } from './finding.js'

const GB = 1e9
/** Below this a large import or a training with checkpoints may fill the disk. */
const LOW = 2 * GB
const TOO_LOW = 0.1 * GB

/** The workspace can be written, and there is room. */
export const disk: Check = ({ folder }) => {
  const place = nearestFolder(folder)
  if (!statSync(place).isDirectory())
    return [failed('disk', `${place} is a file, not a folder.`, 'Name a folder with --workspace.')]
  try {
    accessSync(place, constants.W_OK)
  } catch {
    return [
      failed(
        'disk',
        `${place} cannot be written.`,
        'Change its permissions, or choose another folder with --workspace.',
      ),
    ]
  }
  const { bavail, bsize } = statfsSync(place)
  return [room(place, bavail * bsize)]
}

/** What so many free bytes in a folder mean. */
export function room(place: string, free: number): Finding {
  const text = `${(free / GB).toFixed(1)} GB free in ${place}`
  const fix = 'Free some space, or choose a folder on another disk with --workspace.'
  if (free < TOO_LOW) return failed('disk', `Only ${text}.`, fix)
  return free < LOW ? warning('disk', `Only ${text}.`, fix) : ok('disk', text)
}

/** The folder itself, or the one in which it would be made. */
function nearestFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder))
}
