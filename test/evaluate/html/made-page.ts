import { evaluate } from '../../../src/evaluate/evaluate.js'
import { reportPage } from '../../../src/evaluate/html/page.js'
import type { Report } from '../../../src/evaluate/report.js'
import type { EntryCard, SampleNames } from '../../../src/evaluate/sample-names.js'
import type { Sample } from '../../../src/evaluate/samples.js'
import { tableOf } from '../../../src/retrieve/baselines.js'
import { model, options, snapshot } from '../favourites.js'

/** What an attacker, or a careless merchant, may call an item. */
export const NASTY =
  '<script>console.error("run")</script><img src="http://example.invalid/x.png" onerror="console.error(1)"> & ' +
  `"quoted" 'too'`

export interface Made {
  report: Report
  samples: Sample[]
  page: string
}

/**
 * The page of a small evaluation with two models, samples and reasons; every item is called `title`, followed by its
 * number.
 */
export async function madePage(title: string): Promise<Made> {
  const pooled = {
    ...model('mean pooling'),
    encodeUsers: async ({ users }: { users: Int32Array }) => new Float32Array(users.length * 4).fill(0.5),
  }
  const { report, samples } = await evaluate(
    snapshot,
    options([model(), pooled], { samples: 2, why: true, slices: true, baselines: tableOf(['ease']) }),
  )
  report.notes.push(`a note with <b>markup</b>`)
  const card = (index: number): EntryCard => ({
    externalId: `i${index}`,
    title: `${title} ${index}`,
    category: 'FOOD/<DAIRY>',
    advertiser: 'Cheese & "Sons"',
    price: index / 2,
  })
  const names: SampleNames = {
    user: (index) => `<u${index}>`,
    entry: (index) => `${title} ${index}`,
    card,
    item: card,
    advertiser: card,
  }
  return { report, samples, page: reportPage(report, samples, names) }
}
