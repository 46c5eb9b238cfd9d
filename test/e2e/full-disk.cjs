// Preloaded into a process: the disk is full from the FULL_DISK_AFTER-th writing of a file named FULL_DISK_FILE on.
// (--require: worker threads do not heed --import)
const fs = process.getBuiltinModule('node:fs')
const { syncBuiltinESMExports } = process.getBuiltinModule('node:module')

const { FULL_DISK_FILE: name, FULL_DISK_AFTER: after } = process.env
const { openSync, writeSync } = fs
const full = new Set()
let writings = 0

fs.openSync = (path, flags, ...rest) => {
  const file = openSync(path, flags, ...rest)
  full.delete(file)
  if (flags === 'w' && String(path).includes(name) && ++writings >= Number(after)) full.add(file)
  return file
}
fs.writeSync = (file, data, at, length, ...rest) => {
  if (!full.has(file)) return writeSync(file, data, at, length, ...rest)
  // a part still fits
  writeSync(file, data, at, Math.floor(length / 2))
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    errno: -28,
    syscall: 'write',
  })
}
syncBuiltinESMExports()
