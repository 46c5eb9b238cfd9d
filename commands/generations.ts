import { Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { count } from '../src/text/numbers.js'

export default class Generations extends AdseqCommand {
  static override summary = 'List the published generations; serve an older one again.'
  static override description = `A generation is what serving reads: one item run, one advertiser run, user vectors up to an ingest number, item vectors
and an index. Activating an older one is an exact rollback: nothing is copied or computed.`
  static override examples = [
    '<%= config.bin %> generations',
    '<%= config.bin %> generations --activate generation-20260131-101500-a1b2',
  ]

  static override flags = { activate: Flags.string({ helpValue: 'ID', description: 'serve this generation' }) }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Generations)
    const folder = this.folder(flags)
    const { activateGeneration, listGenerations } = await import('../src/generations/list.js')
    if (flags.activate !== undefined) await activateGeneration(folder, flags.activate)
    const generations = listGenerations(folder)
    if (generations.length === 0)
      this.say('No generation is published yet. Publish one: adseq infer, then adseq index.')
    for (const { generation, current, created, itemRun, advertiserRun, seq, items, recall, files } of generations) {
      const facts = [
        created.slice(0, 16).replace('T', ' '),
        items !== null && `${count(items)} items`,
        recall !== null && `recall ${recall.toFixed(4)}`,
        `events up to ${count(seq)}`,
        itemRun,
        advertiserRun,
        !files && 'files removed',
      ]
      this.log(`${current ? '*' : ' '} ${generation}  ${facts.filter(Boolean).join('  ')}`)
    }
    return { current: generations.find((one) => one.current)?.generation ?? null, generations }
  }
}
