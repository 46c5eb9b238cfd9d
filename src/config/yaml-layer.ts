import { LineCounter, isMap, isScalar, parseDocument, type Node } from 'yaml'
import { UserError } from '../core/errors.js'
import { isTree, type Layer, type Path } from './layer.js'

/**
 * The settings of a YAML text, each with its line.
 * @param name of the file in messages @throws UserError with the line when it is not YAML or not a list of sections
 */
export function yamlLayer(text: string, name: string): Layer {
  const lines = new LineCounter()
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const problem = doc.errors[0]
  if (problem?.code === 'MULTIPLE_DOCS')
    throw new UserError(
      `${name}:${lines.linePos(problem.pos[0]).line}: a line of --- begins a second document.`,
      'Keep all settings in one: delete that line.',
    )
  if (problem) {
    const message = problem.message.replace(/\s+/g, ' ').replace(/[.:]$/, '')
    throw new UserError(
      `${name}:${lines.linePos(problem.pos[0]).line}: ${message}.`,
      'Check the indentation, colons and quotes of that line.',
    )
  }
  const tree: unknown = doc.toJS() ?? {}
  if (!isTree(tree))
    throw new UserError(
      `${name}:1: expected sections such as model: and train:, found ` +
        `${Array.isArray(tree) ? 'a list' : 'a single value'}.`,
      'Write a new file with: adseq init --force',
    )
  return {
    tree,
    where(path) {
      const offset = position(doc.contents, path)
      return offset === undefined ? name : `${name}:${lines.linePos(offset).line}`
    },
  }
}

/** Where the key of a path, or the nearest key above it, begins in the text. */
function position(node: Node | null, path: Path): number | undefined {
  let found: number | undefined
  for (const key of path) {
    if (!isMap(node)) break
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
    if (!pair) break
    found = isScalar(pair.key) ? pair.key.range?.[0] : found
    node = pair.value as Node | null
  }
  return found
}
