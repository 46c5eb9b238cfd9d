import type { Config } from '../config/schema.js'
import { oneAfterTheOther } from '../core/in-turn.js'
import { serveThread, threadData } from '../core/thread.js'
import type { AdFate } from '../funnel/trace.js'
import { Workspace } from '../workspace/workspace.js'
import { readerOptions, type NamedOutcome } from './ad-service.js'
import { Explainer, type Explanation } from './explain.js'
import { adsBody } from './schemas.js'

/** A request with all ads that were found for it, best score first. */
export interface WholeExplanation extends Explanation {
  outcomes: NamedOutcome[]
}

const { folder, config } = threadData<{ folder: string; config: Config }>()
let opened: { workspace: Workspace; explainer: Explainer } | undefined

/** Of the generation that is current now: another may have been published since. */
async function explainer(): Promise<Explainer> {
  if (opened && opened.workspace.store.currentGeneration()?.id === opened.explainer.generation) return opened.explainer
  await close()
  const workspace = new Workspace(folder, readerOptions(config))
  try {
    opened = { workspace, explainer: await Explainer.open(workspace) }
  } catch (error) {
    await workspace.close()
    throw error
  }
  return opened.explainer
}

async function close(): Promise<void> {
  const before = opened
  opened = undefined
  await before?.workspace.close()
}

/** A funnel writes into arrays that it uses again. */
const inTurn = oneAfterTheOther()

const bodyOf = (user: string) => ({ ...adsBody.parse({ user }), user })

const methods = {
  explain: (user: string): Promise<WholeExplanation> =>
    inTurn(async () => {
      const asked = await explainer()
      const body = bodyOf(user)
      return { ...(await asked.explain(body)), outcomes: await asked.outcomes(body) }
    }),
  fate: ({ user, ad }: { user: string; ad: string }): Promise<{ ad: string; fate: AdFate }> =>
    inTurn(async () => (await explainer()).fate(bodyOf(user), ad)),
  close: (): Promise<void> => inTurn(close),
}

export type ExplainThread = typeof methods
serveThread(methods)
