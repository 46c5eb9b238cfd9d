// Preloaded into a process: the native module whose path has BROKEN_MODULE in it is one of another Node, and does not
// load. (--require: worker threads do not heed --import)
const { BROKEN_MODULE: broken } = process.env
const dlopen = process.dlopen
process.dlopen = (module, path, ...rest) => {
  if (!path.includes(broken)) return dlopen.call(process, module, path, ...rest)
  throw Object.assign(
    new Error(
      `The module '${path}'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 108. This ` +
        `version of Node.js requires\nNODE_MODULE_VERSION ${process.versions.modules}. Please try re-compiling or ` +
        're-installing\nthe module (for instance, using `npm rebuild` or `npm install`).',
    ),
    { code: 'ERR_DLOPEN_FAILED' },
  )
}
