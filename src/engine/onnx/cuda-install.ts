import { createRequire } from 'node:module'

/**
 * The command line that fetches ONNX Runtime's CUDA provider, which its npm package does not hold. Not npm rebuild:
 * adseq tells npm to leave that script alone.
 */
export function cudaInstall(): string {
  const script = createRequire(import.meta.url).resolve('onnxruntime-node/script/install.js')
  return `ONNXRUNTIME_NODE_INSTALL=cuda12 node ${script}`
}
