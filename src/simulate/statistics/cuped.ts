import { momentsOf } from './moments.js'

/**
 * Takes out of a metric what a covariate from before the experiment explains (CUPED: Deng, Xu, Kohavi & Walker 2013):
 * y - theta (x - mean of x), theta = cov(x, y) / var(x) over the users of all arms. Means of all users stay; where the
 * covariate says something variances fall by the factor 1 - correlation^2.
 * @param users whose values count: their covariate's mean is taken out @returns [metric] adjusted; other users as given
 */
export function cuped(metric: ArrayLike<number>, covariate: ArrayLike<number>, users: ArrayLike<number>): Float64Array {
  const { meanX, varX, cov } = momentsOf(covariate, metric, users)
  const theta = varX > 0 ? cov / varX : 0
  const adjusted = Float64Array.from(metric)
  for (let i = 0; i < users.length; i++) adjusted[users[i]] -= theta * (covariate[users[i]] - meanX)
  return adjusted
}
