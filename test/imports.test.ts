import { ESLint } from 'eslint'
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The source files of the product, as paths from the root. */
const sources = ['src', 'commands', 'bin'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|tsx|js|mjs)$/.test(file))
    .map((file) => join(folder, file)),
)

/** What a file imports, in whichever form: import, export from, import(), require(), import.meta.resolve(). */
function imported(text: string): string[] {
  const forms =
    /(?:\bfrom\s+|\bimport\s+|\bimport\s*\(\s*|\brequire(?:\.resolve)?\s*\(\s*|\bcreateRequire\([^)]*\)\s*\(\s*|\bresolve\(\s*)['"]([^'"]+)['"]/g
  return Array.from(text.matchAll(forms), ([, name]) => name)
}

/** Files that import a package, or a part of it, whose name matches. */
const importers = (name: RegExp): string[] =>
  sources.filter((file) => imported(readFileSync(join(root, file), 'utf8')).some((one) => name.test(one)))

describe('what may be imported where', () => {
  it('finds imports in every form', () => {
    expect(
      imported(
        `import a from 'a'\nimport type { B } from "b"\nimport 'c'\nexport { d } from 'd'\nawait ` +
          `import('e')\nrequire('f')\ncreateRequire(import.meta.url)('g')`,
      ),
    ).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
  })

  it('backends under src/engine only, usearch in one file, SQLite under src/store only', () => {
    const outside = (files: string[], folder: string): string[] => files.filter((file) => !file.startsWith(folder))
    const onnx = importers(/^onnxruntime/)
    expect(onnx.length).toBeGreaterThan(0)
    expect(outside(onnx, join('src', 'engine'))).toEqual([])
    expect(outside(importers(/^@tensorflow\/tfjs-(node|backend)/), join('src', 'engine'))).toEqual([])
    expect(importers(/^usearch/)).toEqual([join('src', 'ann', 'hnsw.ts')])
    expect(outside(importers(/^better-sqlite3/), join('src', 'store'))).toEqual([])
    expect(importers(/^@tensorflow\/tfjs-core/).filter((file) => !/^src.(engine|model)/.test(file))).toEqual([])
  })

  it('npm run lint refuses what breaks the rules', async () => {
    const eslint = new ESLint({ cwd: root })
    const refused = async (file: string, code: string): Promise<boolean> => {
      const [{ messages }] = await eslint.lintText(`${code}\n`, { filePath: join(root, file) })
      return messages.some(({ ruleId, severity }) => ruleId === 'no-restricted-imports' && severity === 2)
    }
    expect(await refused('src/train/x.ts', "import 'onnxruntime-node'")).toBe(true)
    expect(await refused('src/train/x.ts', "import '@tensorflow/tfjs-node-gpu'")).toBe(true)
    expect(await refused('src/embed/x.ts', "import 'usearch'")).toBe(true)
    expect(await refused('src/ann/exact.ts', "import 'usearch'")).toBe(true)
    expect(await refused('src/features/x.ts', "import '../train/loop.js'")).toBe(true)
    expect(await refused('src/engine/onnx/x.ts', "import 'onnxruntime-node'")).toBe(false)
    expect(await refused('src/train/x.ts', "import '../features/graph.js'")).toBe(false)
  }, 60_000)
})
