import { Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { readTemplate, writeConfig } from '../src/config/template.js'

export default class Init extends AdseqCommand {
  static override summary = 'Write a commented adseq.yaml.'
  static override examples = ['<%= config.bin %> init', '<%= config.bin %> init --template small --workspace shop']
  static override flags = {
    template: Flags.string({
      description: 'tutorial (sample-data, minutes), small (some million events), gpu',
      default: 'tutorial',
    }),
    force: Flags.boolean({ description: 'replace an adseq.yaml that is there' }),
  }

  async run(): Promise<{ config: string; template: string }> {
    const { flags } = await this.parse(Init)
    const config = writeConfig(this.folder(flags), readTemplate(this.config.root, flags.template), flags.force)
    this.say(`Wrote ${config} (${flags.template}). Next: adseq import csv FILES`)
    return { config, template: flags.template }
  }
}
