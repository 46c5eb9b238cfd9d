import { findAd } from '../ads/list.js'
import { UserError } from '../core/errors.js'
import type { Progress } from '../core/progress.js'
import type { Reason } from '../funnel/eligibility.js'
import type { AdFate } from '../funnel/trace.js'
import { entityId } from '../store/entity-id.js'
import { inWorkspace } from '../workspace/workspace.js'
import type { Config } from '../config/schema.js'
import { AdService, readerOptions } from './ad-service.js'
import type { AdsAnswer } from './ads-answer.js'
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
    const row = workspace.store.currentGeneration()
    if (!row) throw new UserError('There is no generation to ask.', 'Publish one: adseq infer, then adseq index.')
    const service = await AdService.open(workspace, row)
    const { store } = workspace
    const exclude = body.exclude && {
      ads: body.exclude.ads?.map((typed) => findAd(store, typed).ad),
      items: body.exclude.items?.map((typed) => store.item(entityId(store, 'item', typed))!.externalId),
      advertisers: body.exclude.advertisers?.map(
        (typed) => store.advertiser(entityId(store, 'advertiser', typed))!.externalId,
      ),
    }
    const question = {
      body: { ...body, exclude, trace: true },
      now: new Clock(config.serve.clock).now(service.facts.asOf),
    }
    try {
      const { answer } = await service.ads(question)
      return {
        user: body.user,
        answer,
        closed: await service.closed(question),
        ...(ad !== undefined && { fate: await service.fate(question, findAd(store, ad).ad) }),
      }
    } catch (error) {
      if (error instanceof Problem && error.code === 'unknown_user')
        throw new UserError(error.message, 'Use an id as it stands in the imported data; adseq tui shows some.')
      if (error instanceof Problem) throw new UserError(error.message, error.hint)
      throw error
    }
  })
}
