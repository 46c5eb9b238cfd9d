import { DEFAULTS } from './defaults.js'
import { isTree, merge, type Tree } from './layer.js'
import { configSchema, type Config } from './schema.js'

/** What a setting meant before it existed, where that is not what it is by default today. */
const BEFORE: Tree = {
  model: { profile: false },
  graph: { method: 'ppmi' },
}

/**
 * Settings as an earlier or later adseq saved them, with a finished run: what it did not know yet was as it was before,
 * and what this adseq does not know is left out.
 * @returns the settings, or the path of a value that cannot be
 */
export function savedConfig(saved: unknown): { config: Config } | { wrong: string } {
  if (!isTree(saved)) return { wrong: 'it holds no settings' }
  let tree = merge(merge(DEFAULTS as unknown as Tree, BEFORE), saved)
  for (;;) {
    const result = configSchema.safeParse(tree)
    if (result.success) return { config: result.data }
    const unknown = result.error.issues.find((issue) => issue.code === 'unrecognized_keys')
    if (!unknown) return { wrong: result.error.issues[0].path.join('.') }
    tree = without(tree, unknown.path.map(String), unknown.keys)
  }
}

function without(tree: Tree, path: readonly string[], keys: readonly string[]): Tree {
  if (path.length === 0) return Object.fromEntries(Object.entries(tree).filter(([key]) => !keys.includes(key)))
  const [first, ...rest] = path
  return { ...tree, [first]: without(tree[first] as Tree, rest, keys) }
}
