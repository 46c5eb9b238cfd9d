import type { Snapshot } from '../features/snapshot.js'
import { conversionCounts } from '../retrieve/popularity.js'
import type { Level } from '../protocol/queries.js'
import type { Recommender } from '../retrieve/recommender.js'
import { AgreementMeter, type Agreement, type Shares } from './agreement.js'
import { levelOf } from '../protocol/evaluation-set.js'
import { BANDS, bandShares, popularityBands } from './popularity-bands.js'
import type { EvaluationSet } from '../protocol/evaluation-set.js'

/** Results of every user that are looked at. */
export const LISTED = 10

/** What the lists of one retriever look like, beside how often they are right. */
export interface ListsRow extends Agreement {
  name: string
  kind: Recommender['kind']
  /** [BANDS + 1] shares of all results by popularity */
  bands: number[]
}

/** The first ten results of all users, retriever by retriever, at the level that is judged. */
export interface ListsReport {
  at: number
  users: number
  /** [BANDS + 1] entries of the index by popularity, the most popular first; the last band has no conversion */
  bandEntries: number[]
  /** what was really bought: shares of conversions whose category (advertiser) is in the history, and by popularity */
  bought: { inHistory: Shares; bands: number[] }
  rows: ListsRow[]
}

/**
 * Looks at the results of retrievers at one level: categories and advertisers they share with history and purchases,
 * and popularity.
 */
export class Lists {
  private readonly bandOf: Uint8Array
  private readonly rows: ListsRow[] = []

  constructor(
    private readonly snapshot: Snapshot,
    private readonly set: EvaluationSet,
    readonly level: Level,
  ) {
    this.bandOf = popularityBands(conversionCounts(snapshot, levelOf(set, level).catalog, set.protocol.cutoff))
  }

  /** Looks at the lists of one retriever: call `add` with every user's results, best first, then `row`. */
  look({ name, kind }: Pick<Recommender, 'name' | 'kind'>): {
    add(query: number, list: Int32Array): void
    row(): ListsRow
  } {
    const agreement = new AgreementMeter(this.snapshot, this.set, this.level)
    const counts = new Float64Array(BANDS + 1)
    return {
      add: (query, list) => {
        const shown = list.subarray(0, LISTED)
        for (const entry of shown) counts[this.bandOf[entry]]++
        agreement.add(query, shown)
      },
      row: () => ({ name, kind, ...agreement.means(), bands: bandShares(counts) }),
    }
  }

  /** A row of the report. */
  add(row: ListsRow): void {
    this.rows.push(row)
  }

  report(): ListsReport {
    const { offsets, positives, counts } = levelOf(this.set, this.level)
    const [entries, bought] = [new Float64Array(BANDS + 1), new Float64Array(BANDS + 1)]
    for (const band of this.bandOf) entries[band]++
    positives.forEach((entry, p) => {
      if (entry >= 0) bought[this.bandOf[entry]] += counts[p]
    })
    return {
      at: LISTED,
      users: offsets.subarray(1).filter((end, q) => end > offsets[q]).length,
      bandEntries: Array.from(entries),
      bought: {
        inHistory: new AgreementMeter(this.snapshot, this.set, this.level).purchases(),
        bands: bandShares(bought),
      },
      rows: this.rows,
    }
  }
}
