import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

/**
 * Starts a worker thread on a module that lies beside the caller, given without its extension:
 * `startWorker(new URL('./thread', import.meta.url), data)`. Runs the .js of a build and the .ts of the sources alike.
 */
export function startWorker(module: URL, workerData: unknown, transfer: ArrayBuffer[] = []): Worker {
  const file = fileURLToPath(module)
  if (!import.meta.url.endsWith('.ts')) return new Worker(`${file}.js`, { workerData, transferList: transfer })
  // from sources (tests, bin/dev.js): a worker thread does not inherit the loader, so it registers tsx itself
  const source = JSON.stringify(pathToFileURL(`${file}.ts`).href)
  const tsx = JSON.stringify(import.meta.resolve?.('tsx/esm/api') ?? 'tsx/esm/api')
  const boot = `import(${tsx}).then(({ register }) => { register(); return import(${source}) })`
  return new Worker(boot, { eval: true, workerData, transferList: transfer, execArgv: [] })
}
