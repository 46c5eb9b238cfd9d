import { Flags } from '@oclif/core'
import { AdseqCommand } from '../../src/cli/command.js'
import { paperWidth } from '../../src/cli/inspect-flags.js'
import { generationLines } from '../../src/generations/text.js'

export default class Generations extends AdseqCommand {
  static override summary = 'List the published generations.'
  static override description = `A generation is what serving reads: one item run, one advertiser run, user vectors up to an ingest number, item vectors
and an index. The one with a star is served.`
  static override examples = [
    '<%= config.bin %> generations',
    '<%= config.bin %> generations activate generation-20260131-101500-a1b2',
    '<%= config.bin %> generations compare generation-20260131-101500-a1b2 generation-20260201-101500-c3d4',
  ]
  static override aliases = ['generations:list']

  static override flags = {
    activate: Flags.string({ helpValue: 'ID', hidden: true, description: 'the same as generations activate ID' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Generations)
    const folder = this.folder(flags)
    const { activateGeneration, listGenerations } = await import('../../src/generations/list.js')
    if (flags.activate !== undefined) await activateGeneration(folder, flags.activate)
    const generations = listGenerations(folder)
    if (generations.length === 0)
      this.say('No generation is published yet. Publish one: adseq infer, then adseq index.')
    for (const line of generationLines(generations, paperWidth(80))) this.log(line)
    return { current: generations.find((one) => one.current)?.generation ?? null, generations }
  }
}
