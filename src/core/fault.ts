const [, armed = '', nth = '1'] = /^(.*?)(?: (\d+))?$/.exec(process.env.ADSEQ_FAULT ?? '') ?? []
let left = Number(nth)

/**
 * A moment around a write, by name. A test sets ADSEQ_FAULT to one ("commit rows", or "commit rows 2" for the second
 * time), and the process is killed there as by a power cut: SIGKILL, nothing is cleaned up. Else nothing happens.
 */
export function faultPoint(name: string): void {
  if (armed !== '' && name === armed && --left === 0) process.kill(process.pid, 'SIGKILL')
}
