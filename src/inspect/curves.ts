import type { Phase, TrainRecord } from '../runs/records.js'

export interface Point {
  x: number
  y: number
}

export interface PhaseCurves {
  /** smoothed training loss over steps */
  loss: Point[]
  /** recall over steps, a curve per K: {"10": [...], "100": [...]} */
  recall: Record<string, Point[]>
  steps: number
}

/** Weight of the past in the running mean of the loss: about the last 20 records count. */
const BETA = 0.95

/**
 * The curves of one run, built record by record. A resumed run repeats the steps since its last checkpoint: what was
 * recorded past the step it starts from is forgotten.
 */
export class Curves {
  readonly phases: Partial<Record<Phase, PhaseCurves>> = {}
  private readonly raw: Partial<Record<Phase, Point[]>> = {}
  private readonly mean: Partial<Record<Phase, { value: number; weight: number }>> = {}

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
    return (this.phases[name] ??= { loss: [], recall: {}, steps: 0 })
  }

  private step(name: Phase, point: Point): void {
    if (!Number.isFinite(point.y)) return
    ;(this.raw[name] ??= []).push(point)
    const mean = (this.mean[name] ??= { value: 0, weight: 0 })
    mean.value = BETA * mean.value + (1 - BETA) * point.y
    mean.weight = BETA * mean.weight + (1 - BETA)
    // divided by the weight so far, so that the first values are not pulled to 0
    this.phase(name).loss.push({ x: point.x, y: mean.value / mean.weight })
  }

  private rewind(name: Phase, from: number, steps: number): void {
    const kept = (this.raw[name] ?? []).filter((p) => p.x <= from)
    const phase = this.phase(name)
    this.raw[name] = []
    delete this.mean[name]
    phase.loss = []
    phase.steps = steps
    for (const [k, points] of Object.entries(phase.recall)) phase.recall[k] = points.filter((p) => p.x <= from)
    for (const point of kept) this.step(name, point)
  }
}
