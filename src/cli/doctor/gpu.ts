import { execa } from 'execa'
import { failed, ok, type Check } from './finding.js'

/** Whether there is an NVIDIA GPU: none is no problem, one that its driver cannot reach is. */
export const gpu: Check = async () => {
  const { failed: broken, code, stdout, stderr } = await execa('nvidia-smi', ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'], { reject: false, timeout: 10_000 })
  if (code === 'ENOENT') return [ok('gpu', 'no NVIDIA GPU (no nvidia-smi): adseq uses the CPU')]
  if (broken) {
    const why = (stderr || stdout).split('\n')[0]
    return [failed('gpu', `nvidia-smi is there but fails: ${why}`, 'Repair or reinstall the NVIDIA driver; until then use --engine onnx, which runs on the CPU.')]
  }
  return stdout.split('\n').map((line) => ok('gpu', `NVIDIA ${line.replace('NVIDIA ', '')}`))
}
