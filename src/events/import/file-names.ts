import { existsSync, readdirSync } from 'node:fs'
import { isAbsolute, join, sep } from 'node:path'

/**
 * The files that a name with * and ? stands for, in order of name; a name without them stands for itself, whether there
 * is such a file or not. Neither sign stands for a separator of folders, nor for the dot that begins a name.
 * @param folder where names begin that are not absolute
 */
export function filesNamed(pattern: string, folder: string): string[] {
  const whole = isAbsolute(pattern) ? pattern : join(folder, pattern)
  if (!/[*?]/.test(pattern)) return [whole]
  const [root, ...parts] = whole.split(sep)
  let found = [root + sep]
  for (const part of parts) {
    if (!/[*?]/.test(part)) {
      found = found.map((path) => join(path, part)).filter((path) => existsSync(path))
      continue
    }
    const names = new RegExp(
      `^${part
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replace(/\*/g, '.*')
        .replace(/\?/g, '.')}$`,
    )
    const fits = (name: string): boolean => names.test(name) && (part.startsWith('.') || !name.startsWith('.'))
    found = found.flatMap((path) =>
      list(path)
        .filter(fits)
        .sort()
        .map((name) => join(path, name)),
    )
  }
  return found
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
