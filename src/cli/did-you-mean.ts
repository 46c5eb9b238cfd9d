import { DEFAULTS } from '../config/defaults.js'
import { isTree } from '../config/layer.js'
import { nearest } from '../config/nearest-key.js'

/** The name that a mistyped one was meant to be; undefined where none is near. */
export function didYouMean(typed: string, names: readonly string[]): string | undefined {
  // one that was cut short, or has too much at its end, is nearer than its distance says
  const start = names.filter((name) => name.startsWith(typed) || typed.startsWith(name))
  if (start.length === 1 && typed.length > 1) return start[0]
  return nearest(typed, names) ?? (typed.length > 1 ? start[0] : undefined)
}

/** The setting of adseq.yaml, as section.key, that a flag was meant to be: --steps and --batch-rows are none. */
export function settingLike(flag: string): string | undefined {
  const settings = leaves(DEFAULTS, [])
  const key = nearest(flag, [...new Set(settings.map((path) => path[path.length - 1]))])
  const found = settings.filter((path) => path[path.length - 1] === key)
  return found.length === 1 ? found[0].join('.') : undefined
}

function leaves(tree: unknown, path: readonly string[]): string[][] {
  return isTree(tree) ? Object.entries(tree).flatMap(([key, value]) => leaves(value, [...path, key])) : [[...path]]
}
