import js from '@eslint/js'
import tseslint from 'typescript-eslint'

/** Imports go one way: a folder may import itself and the folders of the rows above its own. */
const LAYERS = [
  ['text'],
  ['core'],
  ['config'],
  ['store', 'engine'],
  ['events'],
  ['features'],
  ['ads'],
  ['protocol'],
  ['model'],
  ['ann'],
  ['runs'],
  ['workspace'],
  ['train', 'retrieve'],
  ['embed'],
  ['funnel'],
  ['generations'],
  ['evaluate'],
  ['inspect', 'diagnose'],
  ['study', 'simulate', 'server', 'scale', 'doctor'],
  ['tui'],
  ['cli'],
]

/** Packages that only some places may import. */
const PRIVATE = [
  {
    group: ['onnxruntime-node', 'onnxruntime-node/*', '@tensorflow/tfjs-node*', '@tensorflow/tfjs-backend-*'],
    allowed: ['engine'],
    message: 'Only src/engine imports a backend.',
  },
  {
    group: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-core/*'],
    allowed: ['engine', 'model'],
    message: 'tfjs types stay inside src/model and src/engine.',
  },
  { group: ['better-sqlite3'], allowed: ['store'], message: 'Only src/store talks to SQLite.' },
  { group: ['ink', 'react', '@inkjs/ui'], allowed: ['tui'], message: 'Only src/tui draws screens.' },
]

function restriction(folder, row, fileAllows = []) {
  const later = LAYERS.slice(row + 1)
    .flat()
    .concat(LAYERS[row].filter((other) => other !== folder))
  const patterns = PRIVATE.filter((p) => !p.allowed.includes(folder)).map(({ group, message }) => ({ group, message }))
  if (later.length > 0)
    patterns.push({
      regex: `^(\\.\\./)+(${later.join('|')})/`,
      message: `src/${folder} may not import from a later stage.`,
    })
  if (!fileAllows.includes('usearch'))
    patterns.push({ group: ['usearch'], message: 'Only src/ann/hnsw.ts imports usearch.' })
  patterns.push({ regex: '^(\\.\\./)+commands/', message: 'src never imports commands.' })
  return { 'no-restricted-imports': ['error', { patterns }] }
}

const layerRules = LAYERS.flatMap((folders, row) =>
  folders.map((folder) => ({ files: [`src/${folder}/**/*.{ts,tsx}`], rules: restriction(folder, row) })),
)

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // prettier breaks code; this is for comments. Strings, markup and patterns are left whole.
      'max-len': [
        'error',
        { code: 120, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true, ignoreUrls: true },
      ],
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        performance: 'readonly',
      },
    },
  },
  ...layerRules,
  {
    files: ['src/ann/hnsw.ts'],
    rules: restriction(
      'ann',
      LAYERS.findIndex((r) => r.includes('ann')),
      ['usearch'],
    ),
  },
)
