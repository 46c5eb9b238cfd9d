import { momentsOf } from './moments.js'
import { ratioOf, type Estimate } from './ratio.js'

/** Choices that one policy made, logged, and what another would have made of them. */
export interface LoggedChoices {
  /** [n] probability with which the choice was made; above 0 */
  propensity: ArrayLike<number>
  /** [n] probability with which the other policy would have made it */
  target: ArrayLike<number>
  /** [n] what came of it */
  reward: ArrayLike<number>
  /** [n] what a model expects of the choice made */
  expected: ArrayLike<number>
  /** [n] what the model expects of the other policy's choice: the mean over its choices */
  expectedOfTarget: ArrayLike<number>
}

/** What the other policy would have earned by choice, by each estimator; clipped ones have no weight above a limit. */
export interface OffPolicy {
  /** inverse propensity scores (Horvitz & Thompson 1952): unbiased where whatever the other does was tried, and wild */
  ips: Estimate
  /** self-normalised (Swaminathan & Joachims 2015): by the sum of the weights; a little biased, far less wild */
  snips: Estimate
  /** doubly robust (Dudik, Langford & Li 2011): right where either the propensities or the model are */
  dr: Estimate
  clippedIps: Estimate
  clippedSnips: Estimate
  clippedDr: Estimate
  /** (sum of weights)^2 / sum of squares: so many choices the log is worth for this question */
  effective: number
}

/** @throws where a propensity is not above 0: what was never to be shown cannot be weighed */
export function offPolicy(log: LoggedChoices, clip: number): OffPolicy {
  const n = log.reward.length
  const weights = Float64Array.from({ length: n }, (_, i) => {
    if (!(log.propensity[i] > 0)) throw new Error(`choice ${i} has a propensity of ${log.propensity[i]}`)
    return log.target[i] / log.propensity[i]
  })
  const clipped = weights.map((w) => Math.min(w, clip))
  const sum = weights.reduce((a, w) => a + w, 0)
  const squares = weights.reduce((a, w) => a + w * w, 0)
  return {
    ...{ ips: ips(weights, log), snips: snips(weights, log), dr: dr(weights, log) },
    ...{ clippedIps: ips(clipped, log), clippedSnips: snips(clipped, log), clippedDr: dr(clipped, log) },
    effective: squares > 0 ? (sum * sum) / squares : 0,
  }
}

const ips = (weights: Float64Array, { reward }: LoggedChoices): Estimate => mean(weights.map((w, i) => w * reward[i]))

function snips(weights: Float64Array, { reward }: LoggedChoices): Estimate {
  const weighted = weights.map((w, i) => w * reward[i])
  return ratioOf(weighted, weights, Int32Array.from(weights.keys()))
}

const dr = (weights: Float64Array, { reward, expected, expectedOfTarget }: LoggedChoices): Estimate =>
  mean(weights.map((w, i) => expectedOfTarget[i] + w * (reward[i] - expected[i])))

function mean(values: Float64Array): Estimate {
  const { meanX, varX, n } = momentsOf(values, values, Int32Array.from(values.keys()))
  return { value: meanX, se: Math.sqrt(varX / n) }
}
