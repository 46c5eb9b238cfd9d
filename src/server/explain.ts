import { findAd } from '../ads/list.js'
import { UserError } from '../core/errors.js'
import type { Progress } from '../core/progress.js'
import type { Reason } from '../funnel/eligibility.js'
import type { AdFate } from '../funnel/trace.js'
import { entityId } from '../store/entity-id.js'
import type { Store } from '../store/store.js'
import { inWorkspace, type Workspace } from '../workspace/workspace.js'
import type { Config } from '../config/schema.js'
import { AdService, readerOptions, type NamedOutcome } from './ad-service.js'
import type { AdsAnswer, AdsQuestion } from './ads-answer.js'
import { Clock } from './clock.js'
import { Problem } from './problem.js'
import type { AdsBody } from './schemas.js'

export interface Explanation {
  user: string
  answer: AdsAnswer
  /** ads that may not be shown there and then, by why */
  closed: Partial<Record<Reason, number>>
  /** of the ad that was asked about */
  fate?: AdFate
}

/**
 * `adseq explain`: the answer that the server would give, with what every stage did, and what became of one ad. Ads,
 * items and advertisers may be typed as words of their titles.
 * @throws UserError when nothing is published, or the user or the ad is not there
 */
export async function explainAds(
  folder: string,
  config: Config,
  body: AdsBody & { user: string },
  { ad, progress }: { ad?: string; progress?: Progress } = {},
): Promise<Explanation> {
  return inWorkspace(folder, { ...readerOptions(config), progress }, async (workspace) => {
    const explainer = await Explainer.open(workspace)
    const explanation = await explainer.explain(body)
    return { ...explanation, ...(ad !== undefined && { fate: (await explainer.fate(body, ad)).fate }) }
  })
}

type Body = AdsBody & { user: string }

/** Explains requests one after the other, from the generation that was current when it was opened. */
export class Explainer {
  private constructor(
    private readonly store: Store,
    readonly generation: string,
    private readonly service: AdService,
    private readonly clock: Clock,
  ) {}

  /** @throws UserError when nothing is published */
  static async open(workspace: Workspace): Promise<Explainer> {
    const { store, config } = workspace
    const row = store.currentGeneration()
    if (!row) throw new UserError('There is no generation to ask.', 'Publish one: adseq infer, then adseq index.')
    return new Explainer(store, row.id, await AdService.open(workspace, row), new Clock(config.serve.clock))
  }

  /** @throws UserError when the user, or what is excluded, is not there */
  explain(body: Body): Promise<Explanation> {
    return mendable(async () => {
      const question = this.question(body)
      const { answer } = await this.service.ads(question)
      return { user: body.user, answer, closed: await this.service.closed(question) }
    })
  }

  /** The ads that were found, best score first. @throws UserError as `explain` */
  outcomes(body: Body): Promise<NamedOutcome[]> {
    return mendable(() => this.service.outcomes(this.question(body)))
  }

  /** What became of one ad, which may be typed as words. @throws UserError as `explain`, and for an unknown ad */
  fate(body: Body, typed: string): Promise<{ ad: string; fate: AdFate }> {
    return mendable(async () => {
      const { ad } = findAd(this.store, typed)
      return { ad, fate: await this.service.fate(this.question(body), ad) }
    })
  }

  private question(body: Body): AdsQuestion {
    const { store, service } = this
    const { ads, items, advertisers } = body.exclude ?? {}
    const exclude = body.exclude && {
      ads: ads?.map((typed) => findAd(store, typed).ad),
      items: items?.map((typed) => store.item(entityId(store, 'item', typed))!.externalId),
      advertisers: advertisers?.map((typed) => store.advertiser(entityId(store, 'advertiser', typed))!.externalId),
    }
    return { body: { ...body, exclude, trace: true }, now: this.clock.now(service.facts.asOf) }
  }
}

/** A problem of a request is one that whoever types can mend. */
async function mendable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problem && error.code === 'unknown_user')
      throw new UserError(error.message, 'Use an id as it stands in the imported data; adseq tui shows some.')
    if (error instanceof Problem) throw new UserError(error.message, error.hint)
    throw error
  }
}
