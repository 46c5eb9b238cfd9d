import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/**
 * Threads that pay off inside one operator: the physical cores, at most those this process may use. Two threads of one
 * core share its arithmetic units and slow a matrix product down.
 */
export function physicalCores(cpuinfo = readCpuinfo(), available = availableParallelism()): number {
  const cores = new Set<string>()
  let processors = 0
  for (const block of cpuinfo.split(/\n\s*\n/)) {
    const socket = /^physical id\s*:\s*(\d+)/m.exec(block)
    const core = /^core id\s*:\s*(\d+)/m.exec(block)
    if (/^processor\s*:/m.test(block)) processors++
    if (socket && core) cores.add(`${socket[1]}/${core[1]}`)
  }
  // what is not Linux, or does not tell its topology, is taken by its word
  return cores.size > 0 && cores.size <= processors ? Math.min(cores.size, available) : available
}

function readCpuinfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
}
