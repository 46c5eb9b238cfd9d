import { execa } from 'execa'
import { cudaInstall } from '../engine/onnx/cuda-install.js'
import { failed, ok, type Check } from './finding.js'

const QUERY = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader']
const howToUse = (): string =>
  'To train on it: pip install "tensorflow[and-cuda]", then adseq engine link --tensorflow SITE-PACKAGES and ' +
  `--engine tensorflow; or ${cudaInstall()} (a download of several hundred MB), then --engine onnx --device cuda.`

/** Whether there is an NVIDIA GPU: none is no problem, one that its driver cannot reach is. */
export const gpu: Check = async () => {
  const { failed: broken, code, stdout, stderr } = await execa('nvidia-smi', QUERY, { reject: false, timeout: 10_000 })
  // EACCES: a folder of the PATH that cannot be read
  if (code === 'ENOENT' || code === 'EACCES') return [ok('gpu', 'no NVIDIA GPU (no nvidia-smi): adseq uses the CPU')]
  if (broken) {
    const why = (stderr || stdout).split('\n')[0]
    return [
      failed(
        'gpu',
        `nvidia-smi is there but fails: ${why}`,
        'Repair or reinstall the NVIDIA driver; until then use --engine onnx, which runs on the CPU.',
      ),
    ]
  }
  const found = stdout.split('\n').map((line) => ok('gpu', `NVIDIA ${line.replace('NVIDIA ', '')}`))
  return [...found, ok('gpu', howToUse())]
}
