// npm runs this before the install scripts of adseq's dependencies. That of onnxruntime-node fetches the CUDA provider
// (several hundred MB) from outside the npm registry unless its files are there, and fails the whole install where that
// host is not reached. So files stand there that say how to get it; adseq's default is the CPU. In a clone .npmrc says
// the same, and npm 12 runs neither script.
import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PLACEHOLDER =
  'Not downloaded: adseq runs on the CPU unless told otherwise. The CUDA provider comes with\n' +
  'ONNXRUNTIME_NODE_INSTALL=cuda12 node script/install.js in the folder of onnxruntime-node\n'

// only inside adseq's own folder: an onnxruntime-node that a project shares is the project's to set up
const runtime = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules', 'onnxruntime-node')
const binaries = join(runtime, 'bin', 'napi-v6', 'linux', 'x64')
const wanted = process.env.ONNXRUNTIME_NODE_INSTALL ?? process.env.npm_config_onnxruntime_node_install
if (process.platform === 'linux' && process.arch === 'x64' && wanted === undefined && existsSync(binaries))
  for (const name of ['cuda', 'shared', 'tensorrt']) {
    const file = join(binaries, `libonnxruntime_providers_${name}.so`)
    if (!existsSync(file)) writeFileSync(file, PLACEHOLDER)
  }
