import { expect, test } from 'vitest'
import { brokenInstall } from '../../src/core/broken-install.js'

const error = (message: string, code?: string): Error => Object.assign(new Error(message), code && { code })

// the words of Node 20 to 24, glibc, musl, dyld and Windows, shortened where they say nothing more
test.each([
  [
    "The module '/a/better_sqlite3.node'\nwas compiled against a different Node.js version " +
      'using\nNODE_MODULE_VERSION 115. This version of Node.js requires\nNODE_MODULE_VERSION 137. Please try ' +
      're-compiling',
    'ERR_DLOPEN_FAILED',
    /^adseq was installed for another Node than this one \(v/,
  ],
  [
    'Could not locate the bindings file. Tried:\n → /a/build/better_sqlite3.node',
    undefined,
    /installed for another Node/,
  ],
  [
    'No native build was found for platform=linux arch=x64 runtime=node abi=115 uv=1 libc=glibc node=20.20.2',
    undefined,
    /installed for another Node/,
  ],
  [
    'libonnxruntime.so.1: cannot open shared object file: No such file or directory',
    'ERR_DLOPEN_FAILED',
    /needs libonnxruntime\.so\.1, which this system does not have/,
  ],
  [
    "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /a/b.node)",
    'ERR_DLOPEN_FAILED',
    /needs GLIBC_2\.38/,
  ],
  ['/a/usearch.node: invalid ELF header', 'ERR_DLOPEN_FAILED', /does not load here, on .*invalid ELF header/],
  [
    "dlopen(/a/b.node, 0x0001): tried: '/a/b.node' (mach-o file, but is an incompatible architecture)",
    'ERR_DLOPEN_FAILED',
    /does not load here/,
  ],
  ['\\\\?\\C:\\a\\b.node is not a valid Win32 application.', 'ERR_DLOPEN_FAILED', /does not load here/],
  [
    "Cannot find package 'zod' imported from /a/dist/src/config/schema.js",
    'ERR_MODULE_NOT_FOUND',
    /not installed whole.*'zod'/,
  ],
])('%s', (message, code, expected) => {
  const told = brokenInstall(error(message, code))!
  expect(told.message).toMatch(expected)
  expect(told.message).not.toContain('\n')
  expect(told.hint).toMatch(/npm ci|[Ii]nstall/)
})

test('every other error is none', () => {
  expect(brokenInstall(error('x is undefined'))).toBeUndefined()
  expect(brokenInstall(error('no such file', 'ENOENT'))).toBeUndefined()
  expect(brokenInstall('a text')).toBeUndefined()
})
