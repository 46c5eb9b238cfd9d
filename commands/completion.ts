import { Args } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'

export default class Completion extends AdseqCommand {
  static override summary = 'Print what makes a shell complete commands and flags.'
  static override description = `For bash, in ~/.bashrc:   source <(adseq completion bash)
For zsh, in ~/.zshrc:     source <(adseq completion zsh)
For fish:                 adseq completion fish > ~/.config/fish/completions/adseq.fish`
  static override examples = ['source <(<%= config.bin %> completion bash)']

  static override args = {
    shell: Args.string({ options: ['bash', 'zsh', 'fish'], required: true, description: 'the shell that reads it' }),
  }

  async run(): Promise<unknown> {
    const { args } = await this.parse(Completion)
    const { bashCompletion, completedCommands, fishCompletion } = await import('../src/cli/completion.js')
    const script = (args.shell === 'fish' ? fishCompletion : bashCompletion)(completedCommands(this.config))
    this.log(script.trimEnd())
    return { shell: args.shell, script }
  }
}
