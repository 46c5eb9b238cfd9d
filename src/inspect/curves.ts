import type { Phase, TrainRecord } from '../runs/records.js'

export interface Point {
  x: number
  y: number
}

export interface PhaseCurves {
  /** smoothed training loss over steps */
  loss: Point[]
  /** the loss of each step as it was recorded */
  raw: Point[]
  /** recall over steps, a curve per K: {"10": [...], "100": [...]} */
  recall: Record<string, Point[]>
  steps: number
}

/** Weight of the past in the running mean of the loss: about the last 20 records count. */
const BETA = 0.95

/** A mean in which about the last 1 / (1 - beta) values count. */
class RunningMean {
  private sum = 0
  private weight = 0

  constructor(private readonly beta: number) {}

  /** @returns the mean with it; divided by the weight so far, so that the first values are not pulled to 0 */
  add(value: number): number {
    this.sum = this.beta * this.sum + (1 - this.beta) * value
    this.weight = this.beta * this.weight + (1 - this.beta)
    return this.sum / this.weight
  }
}

/** Points smoothed by the ones before them. @param beta weight of the past; 0: as they are */
export function smoothed(points: readonly Point[], beta: number): Point[] {
  const mean = new RunningMean(beta)
  return points.map(({ x, y }) => ({ x, y: mean.add(y) }))
}

/**
 * The curves of one run, built record by record. A resumed run repeats the steps since its last checkpoint: what was
 * recorded past the step it starts from is forgotten.
 */
export class Curves {
  readonly phases: Partial<Record<Phase, PhaseCurves>> = {}
  private readonly mean: Partial<Record<Phase, RunningMean>> = {}

  add(record: TrainRecord): void {
    if (record.type === 'done') return
    const phase = this.phase(record.phase)
    if (record.type === 'start') this.rewind(record.phase, record.from, record.steps)
    else if (record.type === 'step') this.step(record.phase, { x: record.step, y: record.loss })
    else for (const [k, y] of Object.entries(record.recall)) (phase.recall[k] ??= []).push({ x: record.step, y })
  }

  /** The phase whose curves compare runs: selection (it alone is validated), else the refit. */
  shown(): PhaseCurves | undefined {
    const { select, refit } = this.phases
    return select !== undefined && select.loss.length + Object.keys(select.recall).length > 0
      ? select
      : (refit ?? select)
  }

  private phase(name: Phase): PhaseCurves {
    return (this.phases[name] ??= { loss: [], raw: [], recall: {}, steps: 0 })
  }

  private step(name: Phase, point: Point): void {
    if (!Number.isFinite(point.y)) return
    this.phase(name).raw.push(point)
    const mean = (this.mean[name] ??= new RunningMean(BETA))
    this.phase(name).loss.push({ x: point.x, y: mean.add(point.y) })
  }

  private rewind(name: Phase, from: number, steps: number): void {
    const phase = this.phase(name)
    const kept = phase.raw.filter((p) => p.x <= from)
    phase.raw = []
    delete this.mean[name]
    phase.loss = []
    phase.steps = steps
    for (const [k, points] of Object.entries(phase.recall)) phase.recall[k] = points.filter((p) => p.x <= from)
    for (const point of kept) this.step(name, point)
  }
}
