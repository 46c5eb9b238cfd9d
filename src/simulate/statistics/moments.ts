/** Means, variances and covariance of two columns over users. */
export interface Moments {
  n: number
  meanX: number
  meanY: number
  /** unbiased */
  varX: number
  varY: number
  cov: number
}

/** @param users which rows count @throws where there are fewer than two */
export function momentsOf(x: ArrayLike<number>, y: ArrayLike<number>, users: ArrayLike<number>): Moments {
  const n = users.length
  if (n < 2) throw new Error(`a variance needs two users, and there are ${n}`)
  let [meanX, meanY] = [0, 0]
  for (let i = 0; i < n; i++) {
    meanX += x[users[i]] / n
    meanY += y[users[i]] / n
  }
  let [varX, varY, cov] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [x[users[i]] - meanX, y[users[i]] - meanY]
    varX += (dx * dx) / (n - 1)
    varY += (dy * dy) / (n - 1)
    cov += (dx * dy) / (n - 1)
  }
  return { n, meanX, meanY, varX, varY, cov }
}
