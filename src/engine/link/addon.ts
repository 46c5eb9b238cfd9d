import { execa } from 'execa'
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { UserError } from '../../core/errors.js'
import { lastLine } from './packages.js'
import type { TensorflowFiles } from './site-packages.js'

/**
 * Builds the addon of tfjs-node, from the sources in its package, against an installed TensorFlow.
 * @throws UserError when a compiler is missing or fails
 */
export async function buildAddon(home: string, tensorflow: TensorflowFiles): Promise<void> {
  const pkg = join(home, 'node_modules', '@tensorflow', 'tfjs-node')
  const deps = join(pkg, 'deps')
  const extra = await linkLibraries(deps, tensorflow)
  const output = addonFile(home, pkg)
  rmSync(join(pkg, 'lib'), { recursive: true, force: true })
  mkdirSync(dirname(output), { recursive: true })
  const napi = /napi-v(\d+)/.exec(output)?.[1] ?? '8'
  await compile(process.env.CXX || 'c++', [
    '-std=c++17',
    '-O2',
    '-fPIC',
    '-shared',
    '-w',
    `-DNAPI_VERSION=${napi}`,
    '-I',
    join(deps, 'include'),
    '-I',
    join(home, 'node_modules', 'node-api-headers', 'include'),
    join(pkg, 'binding', 'tfjs_backend.cc'),
    join(pkg, 'binding', 'tfjs_binding.cc'),
    '-o',
    output,
    '-L',
    join(deps, 'lib'),
    '-Wl,--no-as-needed',
    ...extra,
    '-ltensorflow',
    '-ltensorflow_framework',
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ])
}

/** The folder deps/ of tfjs-node, as its own installer would have filled it. Returns further libraries to link. */
async function linkLibraries(
  deps: string,
  { include, framework, library, namesPython, nvidia }: TensorflowFiles,
): Promise<string[]> {
  const lib = join(deps, 'lib')
  rmSync(deps, { recursive: true, force: true })
  mkdirSync(lib, { recursive: true })
  link(include, join(deps, 'include'))
  link(framework, join(lib, basename(framework)))
  link(library, join(lib, basename(library)))
  symlinkSync(basename(framework), join(lib, 'libtensorflow_framework.so'))
  symlinkSync(basename(library), join(lib, 'libtensorflow.so'))
  // TensorFlow looks for CUDA in $ORIGIN/../nvidia/*/lib, where $ORIGIN is the folder of the link, not of the file
  if (nvidia) link(nvidia, join(deps, 'nvidia'))
  if (!namesPython) return []
  await stubPython(lib, library)
  return ['-lpystub']
}

/** A library with every symbol of Python that the extension module names, so that it loads without Python. */
async function stubPython(lib: string, library: string): Promise<void> {
  const { stdout } = await tool('nm', ['-D', '-u', library])
  const names = stdout
    .split('\n')
    .map((line) => /\s(_?Py\w+)/.exec(line)?.[1])
    .filter((name) => name !== undefined)
  const source = join(lib, 'pystub.c')
  writeFileSync(source, `${[...new Set(names)].map((name) => `void *${name}[512];`).join('\n')}\n`)
  await compile(process.env.CC || 'cc', ['-shared', '-fPIC', '-w', '-o', join(lib, 'libpystub.so'), source])
}

/** Where tfjs-node looks for its addon. */
function addonFile(home: string, pkg: string): string {
  const { find } = createRequire(join(home, 'package.json'))('@mapbox/node-pre-gyp') as {
    find(manifest: string): string
  }
  return find(join(pkg, 'package.json'))
}

function link(target: string, path: string): void {
  if (!existsSync(target))
    throw new UserError(`${target} is missing.`, 'Install TensorFlow again: pip install --force-reinstall tensorflow')
  symlinkSync(relative(dirname(path), target), path)
}

async function compile(command: string, args: string[]): Promise<void> {
  await tool(command, args)
}

async function tool(command: string, args: string[]): Promise<{ stdout: string }> {
  const result = await execa(command, args, { reject: false, maxBuffer: 1 << 28 })
  if (result.code === 'ENOENT')
    throw new UserError(
      `The compiler ${command} is missing.`,
      'Install a C++ compiler and binutils: apt-get install g++ binutils, or the like.',
    )
  if (result.failed)
    throw new UserError(
      `${command} failed: ${lastLine(result.stderr) || result.shortMessage}.`,
      'Link to a TensorFlow release from 2.9 to 2.21, with a compiler that knows C++17.',
    )
  return { stdout: result.stdout }
}
