import { count, share } from '../text/numbers.js'
import type { IndexEvidence, ResultsEvidence, TrainingEvidence } from './evidence.js'

/** A cause of poor results, the figures that show it, and what to try. */
export interface Finding {
  cause: string
  evidence: string
  advice: string
}

/** Bounds of the learned temperature, and how near to one of them it counts as there. */
const [COLDEST, HOTTEST, NEAR] = [0.01, 1, 1.02]
/** A loss that fell by less than this share of itself has learned nothing. */
const LEAST_FALL = 0.02
/** Users whose vectors are as near to each other as this get much the same results. */
const ALIKE = 0.98
/** Share of different lists below which users get the same results. */
const FEW_LISTS = 0.1
/** Share of results that a band of a tenth of all conversions may take. */
const COLLAPSED = 0.5
/** Share of conversions on entries without a past from which it limits what can be found. */
const COLD = 0.2

/** Share of the places of a sequence that may be padding. */
const MOST_PADDING = 0.9
/** Share of conversions that may be in visits that the cutoff cuts. */
const MOST_CUT = 0.1

/** The causes that the figures of a run show, those of its training first. Empty: none of those known here. */
export function findings(training: TrainingEvidence, results?: ResultsEvidence, index?: IndexEvidence): Finding[] {
  const causes = [tooFewSteps(training), temperature(training), nothingLearned(training)]
  if (results) causes.push(sameForAll(results), ...popularity(training, results), repeats(results), cold(results))
  if (results) causes.push(padding(results), leakage(results))
  if (index) causes.push(approximate(index))
  return causes.filter((one) => one !== undefined)
}

function tooFewSteps({ train, validations }: TrainingEvidence): Finding | undefined {
  const last = validations.at(-1)
  if (!last?.best || last.step < train.steps || validations.length < 2) return undefined
  const score = ({ score, recall }: typeof last): string => share(score ?? recall['100'])
  return {
    cause: 'too few steps',
    evidence:
      `the last of ${validations.length} validations, at step ${count(last.step)} of ${count(train.steps)}, was the ` +
      `best: ${score(last)}, after ${score(validations.at(-2)!)} before it`,
    advice: `train longer: --set train.steps=${2 * train.steps}`,
  }
}

function temperature({ steps }: TrainingEvidence): Finding | undefined {
  const tau = steps.at(-1)?.tau
  if (tau === undefined || (tau > COLDEST * NEAR && tau < HOTTEST / NEAR)) return undefined
  const low = tau <= COLDEST * NEAR
  return {
    cause: 'temperature at its bound',
    evidence: `the learned temperature ended at ${tau.toFixed(4)}; it may go from ${COLDEST} to ${HOTTEST}`,
    advice: low
      ? 'the positives are told from the negatives too easily: more negatives (train.rows, train.uniformNegatives), ' +
        'or a lower train.learningRate'
      : 'nothing is told apart: look whether conversions follow from histories at all, and try a lower ' +
        'train.learningRate',
  }
}

function nothingLearned({ train, steps }: TrainingEvidence): Finding | undefined {
  if (steps.length < 4) return undefined
  const quarter = Math.ceil(steps.length / 4)
  const mean = (of: readonly { loss: number }[]): number => of.reduce((sum, { loss }) => sum + loss, 0) / of.length
  const [first, last] = [mean(steps.slice(0, quarter)), mean(steps.slice(-quarter))]
  if (first - last >= LEAST_FALL * first) return undefined
  return {
    cause: 'the towers learn nothing',
    evidence:
      `the loss went from ${first.toFixed(3)} in the first quarter to ${last.toFixed(3)} in the last; the gradient's norm is ` +
      `${steps.at(-1)!.gradientNorm.toPrecision(2)}, the highest learning rate ${train.learningRate}`,
    advice: `another learning rate: --set train.learningRate=${Number((train.learningRate * 3).toPrecision(2))}`,
  }
}

function sameForAll({ users, alike, distinctLists }: ResultsEvidence): Finding | undefined {
  if (users < 10 || (alike < ALIKE && distinctLists >= FEW_LISTS * users)) return undefined
  return {
    cause: 'all users get the same results',
    evidence:
      `${count(users)} users get ${count(distinctLists)} different lists of ten; two user vectors have a cosine of ` +
      `${alike.toFixed(3)} on average`,
    advice:
      'the user tower does not read the history: train with model.profile=true and graph.vectors=true, longer, ' +
      'and look whether histories hold more than one event (adseq inspect data)',
  }
}

function popularity({ train }: TrainingEvidence, { kind, recall, bands }: ResultsEvidence): Finding[] {
  const found: Finding[] = []
  const [collapsed, unknown] = [bands[0], bands.at(-1)!]
  const { positive, negative } = train.logq
  const standard = positive === 1 && negative === 1
  const shown =
    `${percent(collapsed)} of the results are the most popular ${kind}s, which make up 10 % of all conversions; ` +
    `${percent(unknown)} are ${kind}s that nobody has converted on; log Q is taken off ${positive} times for positives, ${negative} times for negatives`
  if (collapsed > COLLAPSED)
    found.push({
      cause: 'popularity collapse',
      evidence: shown,
      advice: standard
        ? 'more negatives drawn from the catalog (train.uniformNegatives), a longer training'
        : 'without its correction the loss learns popularity in reverse or twice: --set train.logq=standard',
    })
  else if (unknown > COLLAPSED)
    found.push({
      cause: 'popularity is corrected away',
      evidence: shown,
      advice: standard
        ? 'judge and serve the model with its hybrid, which adds popularity (row "+ history")'
        : 'a wrong log-Q favours what is rare: --set train.logq=standard',
    })
  if (recall.model < recall.popularity)
    found.push({
      cause: 'worse than best sellers',
      evidence: `recall@10 is ${share(recall.model)}, that of the best sellers of 30 days ${share(recall.popularity)}`,
      advice:
        found.length > 0
          ? 'mend what is said of popularity first'
          : 'train longer or with more negatives, and judge the hybrid (row "+ history")',
    })
  return found
}

function repeats({ recall }: ResultsEvidence): Finding | undefined {
  if (recall.ownRepeats <= recall.model) return undefined
  return {
    cause: 'repeats are what counts here',
    evidence: `recall@10 is ${share(recall.model)}; what users dealt with most often has ${share(recall.ownRepeats)}`,
    advice:
      'a cosine of two towers does not remember single entries: judge the hybrid (row "+ history"), or what is ' +
      'new to users alone (--set eval.history=masked)',
  }
}

function cold({ kind, cold: part }: ResultsEvidence): Finding | undefined {
  if (part < COLD) return undefined
  return {
    cause: `cold ${kind}s`,
    evidence: `${percent(part)} of the conversions are about ${kind}s without a conversion before the cutoff`,
    advice:
      'vectors of these stand on metadata alone: import categories, titles, prices and advertisers, and train with ' +
      'model.itemIds=false',
  }
}

function padding({ padding: empty, length }: ResultsEvidence): Finding | undefined {
  if (empty <= MOST_PADDING) return undefined
  const mean = (1 - empty) * length
  return {
    cause: 'padding',
    evidence: `${percent(empty)} of the places of a sequence are padding: it has room for ${length} events, histories fill ${mean.toFixed(1)}`,
    advice: `a shorter sequence, trained in less time: --set model.length=${Math.max(1, Math.ceil(4 * mean))}`,
  }
}

function leakage({ cut }: ResultsEvidence): Finding | undefined {
  if (cut <= MOST_CUT) return undefined
  return {
    cause: 'leakage',
    evidence: `${percent(cut)} of the conversions are in visits that the cutoff cuts: their histories hold how they began`,
    advice:
      'recall here is that of the next clicks rather than of the days after: choose a cutoff at which few visits are ' +
      'under way (--set eval.cutoff=...), and look whether all events of a day carry one time',
  }
}

function approximate({ generation, recall, at, queries, wanted }: IndexEvidence): Finding | undefined {
  if (recall >= wanted) return undefined
  return {
    cause: 'the index misses what exact search finds',
    evidence: `generation ${generation} finds ${share(recall)} of the exact top ${at}, over ${count(queries)} users; index.recall asks for ${share(wanted)}`,
    advice: 'build it again: adseq index, which widens the search until it finds so much, or scores every item',
  }
}

const percent = (x: number): string => `${(100 * x).toFixed(0)} %`
