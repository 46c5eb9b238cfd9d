/*
 * Runs tfjs-core's own specs of the kernels that the tracer records, and prints what came out as JSON on the last line.
 * Started by core-specs.test.ts in a process of its own, since these specs reset tfjs between their suites.
 */
import * as tf from '@tensorflow/tfjs-core'
import { build } from 'esbuild'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import '../../../src/engine/gradients.js'
import { TRACING, TracingBackend } from '../../../src/engine/onnx/backend.js'
import '../../../src/engine/onnx/kernels/index.js'
import { EXCLUDED, SPEC_FILES } from './specs.js'
import { readNow } from './reader.js'

interface Spec {
  getFullName(): string
}

interface Result {
  status: string
  fullName: string
  failedExpectations: { message: string }[]
}

interface JasmineEnv {
  configure(options: object): void
  addReporter(reporter: { specDone(result: Result): void }): void
  execute(): Promise<unknown>
}

const require = createRequire(import.meta.url)
tf.registerBackend(TRACING, () => new TracingBackend(readNow), 0)

const kernels: Record<string, number> = {}
for (const config of tf.getKernelsForBackend(TRACING)) {
  const { kernelName, kernelFunc } = config
  kernels[kernelName] = 0
  tf.unregisterKernel(kernelName, TRACING)
  tf.registerKernel({
    ...config,
    kernelFunc: (call) => {
      kernels[kernelName]++
      return kernelFunc(call)
    },
  })
}

const folder = mkdtempSync(join(tmpdir(), 'adseq-core-specs-'))
const bundle = join(folder, 'specs.cjs')
const dist = '@tensorflow/tfjs-core/dist'
const source = [
  `require('${dist}/public/chained_ops/register_all_chained_ops')`,
  `require('${dist}/jasmine_util').setTestEnvs([{ name: 'trace', backendName: '${TRACING}', flags: {}, ` +
    'isDataSync: true }])',
  ...SPEC_FILES.map((name) => `require('${dist}/ops/${name}_test')`),
].join('\n')
await build({
  stdin: { contents: source, resolveDir: import.meta.dirname, loader: 'js' },
  bundle: true,
  platform: 'node',
  outfile: bundle,
  logLevel: 'error',
})

const core = require('jasmine-core/lib/jasmine-core/jasmine.js') as {
  core(required: unknown): { getEnv(): JasmineEnv }
  interface(jasmine: unknown, env: unknown): object
}
const jasmine = core.core(core)
const env = jasmine.getEnv()
Object.assign(globalThis, { jasmine }, core.interface(jasmine, env))

const passed: string[] = []
const failed: { name: string; message: string }[] = []
const excluded = new Map<string, number>(EXCLUDED.map(([pattern]) => [pattern.source, 0]))
env.configure({
  random: false,
  specFilter: (spec: Spec) => {
    const hit = EXCLUDED.find(([pattern]) => pattern.test(spec.getFullName()))
    if (hit) excluded.set(hit[0].source, (excluded.get(hit[0].source) ?? 0) + 1)
    return hit === undefined
  },
})
env.addReporter({
  specDone({ status, fullName, failedExpectations }) {
    if (status === 'passed') passed.push(fullName)
    if (status === 'failed') failed.push({ name: fullName, message: failedExpectations[0]?.message ?? '' })
  },
})
createRequire(join(import.meta.dirname, 'run.cjs'))(bundle)
await env.execute()
rmSync(folder, { recursive: true })
process.stdout.write(
  `${JSON.stringify({ passed: passed.length, failed, kernels, excluded: Object.fromEntries(excluded) })}\n`,
)
