/** What a column holds; of an object its parts stand beside it as user.id. */
export type Shape = 'value' | 'object' | 'list' | 'nothing'

/** The columns of a file. */
export interface ColumnNames {
  /**
   * names of the columns: of the first line, of the Parquet schema, of the first row of a sheet, of the JSON objects;
   * parts of an object as user.id, after all others
   */
  header: string[]
  /** those of them that are parts of others */
  inner: ReadonlySet<string>
  /** columns that hold no single values */
  shapes: ReadonlyMap<string, 'object' | 'list'>
}

/** Names that are told apart: objects may have keys without end. */
const MOST = 2000

/** What the keys of some objects hold. */
export function objectShapes(objects: readonly Record<string, unknown>[]): Map<string, Shape> {
  const shapes = new Map<string, Shape>()
  for (const one of objects) note(shapes, one, '', 0)
  return shapes
}

export function columnNames(found: ReadonlyMap<string, Shape>): ColumnNames {
  const names = [...found.keys()]
  const objects = new Set(names.filter((name) => found.get(name) === 'object'))
  const isInner = (name: string): boolean => {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1))
      if (objects.has(name.slice(0, dot))) return true
    return false
  }
  const inner = new Set(names.filter(isInner))
  return {
    header: [...names.filter((name) => !inner.has(name)), ...inner],
    inner,
    shapes: new Map([...found].filter((one): one is [string, 'object' | 'list'] => /object|list/.test(one[1]))),
  }
}

/** Notes the parts of an object, down to some depth. */
function note(shapes: Map<string, Shape>, object: Record<string, unknown>, path: string, depth: number): void {
  for (const [key, value] of Object.entries(object)) {
    if (shapes.size >= MOST) return
    const name = path === '' ? key : `${path}.${key}`
    if (value === null) shapes.set(name, shapes.get(name) ?? 'nothing')
    else if (typeof value !== 'object') shapes.set(name, 'value')
    else {
      if (shapes.get(name) !== 'value') shapes.set(name, Array.isArray(value) ? 'list' : 'object')
      if (!Array.isArray(value) && depth < 3) note(shapes, value as Record<string, unknown>, name, depth + 1)
    }
  }
}
