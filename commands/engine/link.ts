import { Flags } from '@oclif/core'
import { AdseqCommand } from '../../src/cli/command.js'

export default class EngineLink extends AdseqCommand {
  static override summary = 'Make the tensorflow engine from what pip installed.'

  static override description =
    'Installs tfjs-node into a private folder (ADSEQ_TENSORFLOW_HOME), builds its addon against the TensorFlow in ' +
    'the given site-packages folder, and runs the engine contract on it. For an NVIDIA GPU install TensorFlow ' +
    `with: pip install 'tensorflow[and-cuda]'.`

  static override examples = ['<%= config.bin %> <%= command.id %> --tensorflow ~/venv/lib/python3.11/site-packages']

  static override flags = {
    tensorflow: Flags.string({
      description: 'site-packages folder with tensorflow in it (the folder of a virtual environment does, too)',
      required: true,
    }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(EngineLink)
    const { linkTensorflow } = await import('../../src/engine/link/link.js')
    const quiet = flags.quiet || this.jsonEnabled()
    const result = await linkTensorflow({
      sitePackages: flags.tensorflow,
      onPart: (part) => {
        if (!quiet) process.stderr.write(`${part} ...\n`)
      },
    })
    this.say(
      `TensorFlow ${result.tensorflow} linked, on ${result.device}: ${result.checks} checks agree with the cpu ` +
        'backend.',
    )
    if (result.device === 'cpu')
      this.say('It found no GPU. On a CPU the onnx engine is faster; this one is used only with --engine tensorflow.')
    return result
  }
}
