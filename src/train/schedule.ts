export interface Schedule {
  learningRate: number
  warmupSteps: number
  /** steps over which the rate falls to almost 0 */
  steps: number
}

/**
 * Learning rate of step 1, 2, ..., steps: linear warm-up, then a half cosine (Loshchilov & Hutter 2017) that would
 * reach 0 one step after the last.
 */
export function learningRateAt(step: number, { learningRate, warmupSteps, steps }: Schedule): number {
  const warmup = Math.min(warmupSteps, steps)
  if (step <= warmup) return (learningRate * step) / warmup
  const progress = (step - warmup) / (steps - warmup + 1)
  return learningRate * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)))
}
