import { Args } from '@oclif/core'
import { AdseqCommand } from '../../src/cli/command.js'

export default class GenerationsActivate extends AdseqCommand {
  static override summary = 'Serve a published generation, also an older one.'
  static override description = `An exact rollback: nothing is copied or computed, user vectors are read at the generation's own ingest number. Its files are
checked first. A running server goes over to it by itself, within a second or two. adseq refresh leaves it in place until
there is something new to publish.`
  static override examples = ['<%= config.bin %> generations activate generation-20260131-101500-a1b2']

  static override args = { id: Args.string({ required: true, description: 'name of the generation' }) }

  async run(): Promise<{ current: string }> {
    const { args, flags } = await this.parse(GenerationsActivate)
    const { activateGeneration } = await import('../../src/generations/list.js')
    await activateGeneration(this.folder(flags), args.id)
    this.say(`${args.id} is served.`)
    return { current: args.id }
  }
}
