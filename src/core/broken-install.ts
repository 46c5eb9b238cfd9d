import { UserError, hasCode } from './errors.js'
import { IS_CLONE, OWN_FOLDER } from './own-folder.js'

/**
 * What a module that does not load means for the user: adseq was installed for another Node or on another machine, or
 * not whole. undefined for every other error.
 */
export function brokenInstall(error: unknown): UserError | undefined {
  if (!(error instanceof Error)) return undefined
  const { message } = error
  if (OTHER_NODE.test(message) || NOT_COMPILED.test(message)) return new UserError(otherNode(), installAgain())
  const library = /'?([^\s':]+)'?: cannot open shared object file|version `(GLIBC[^']*)' not found/.exec(message)
  if (library)
    return new UserError(
      `A native module of adseq needs ${library[1] ?? library[2]}, which this system does not have.`,
      'Install it with the package manager of the system, or use a newer system.',
    )
  if (OTHER_MACHINE.test(message) || hasCode(error, 'ERR_DLOPEN_FAILED'))
    return new UserError(
      `A native module of adseq does not load here, on ${process.platform} ${process.arch} ` +
        `(${message.split('\n')[0]}).`,
      installAgain(),
    )
  if (hasCode(error, 'MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'))
    return new UserError(`adseq is not installed whole: ${message.split('\n')[0]}.`, installAgain())
  return undefined
}

/** The sentence for modules that another Node, or none, was compiled for. */
export const otherNode = (): string => `adseq was installed for another Node than this one (${process.version}).`

/** How to install adseq's modules for the Node that runs. */
export function installAgain(): string {
  return IS_CLONE
    ? `Run npm ci in ${OWN_FOLDER}, with the Node that adseq is to run on.`
    : 'Install adseq again, with the Node that it is to run on.'
}

/** What Node says of a module that was compiled for another one. */
const OTHER_NODE = /NODE_MODULE_VERSION \d+|compiled against a different Node\.js version/
/** What `bindings` and `node-gyp-build`, with which native modules look for their binaries, say when there is none. */
const NOT_COMPILED = /Could not locate the bindings file|No native build was found for platform=/
/** What loaders say of a file that is made for another system or processor: Linux, macOS, Windows. */
const OTHER_MACHINE =
  /invalid ELF header|wrong ELF class|mach-o|incompatible architecture|not a valid Win32 application/
