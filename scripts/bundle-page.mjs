// The script of the page that `adseq serve` shows, in one file.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The text of the script. */
export async function bundlePage() {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src', 'server', 'page', 'page.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    write: false,
  })
  return outputFiles[0].text
}
