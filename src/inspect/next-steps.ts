import { plural } from '../text/numbers.js'
import type { WorkspaceState } from './state.js'

/** A command that is worth typing now. */
export interface Step {
  command: string
  /** one sentence without a full stop: what it does, or why now */
  why: string
}

/**
 * What there is to do in a workspace, the first thing first: what was cut off, then what the next stage of the way from
 * events to ads lacks, then what may be looked at. A stage whose forerunner is missing is left out.
 */
export function nextSteps(state: WorkspaceState): Step[] {
  const { data, runs, ranker, generations, locks } = state
  if (data === null || data.events === 0) return beginning(state)
  const steps: Step[] = data.unfinished.map(({ file, command }) => ({
    command,
    why: `${file} was cut off: the same command as before goes on with it`,
  }))
  const training = (kind: string): boolean => locks.some(({ what }) => what.startsWith(`training of ${kind}`))
  const train = (kind: 'item' | 'advertiser', why: string): void => {
    if (runs[kind] === null && !training(kind)) steps.push({ command: `adseq train ${kind}`, why })
  }
  train('item', 'no item model is trained yet')
  if (data.advertisers > 0) train('advertiser', 'no advertiser model is trained yet')
  if (runs.item === null) return steps
  if (!ranker)
    steps.push({ command: 'adseq train l1', why: 'the light ranker of the funnel is not trained for this run' })
  const [newest] = generations
  const encoded = Math.min(...data.watermarks.map(({ seq }) => seq))
  if (encoded === 0) steps.push({ command: 'adseq infer', why: 'no user has a vector of these models yet' })
  else if (data.waiting !== null && data.waiting > 0)
    steps.push({ command: 'adseq infer', why: `${plural(data.waiting, 'user')} did something since they were encoded` })
  if (newest === undefined) steps.push({ command: 'adseq index', why: 'nothing is published yet' })
  else if (newest.itemRun !== runs.item || newest.advertiserRun !== runs.advertiser)
    steps.push({ command: 'adseq index', why: 'there is a newer run than those that are published' })
  else if (newest.seq < encoded)
    steps.push({ command: 'adseq index', why: 'user vectors are newer than what is published' })
  if (newest === undefined) return steps
  if (data.world && state.simulations.length === 0)
    steps.push({
      command: 'adseq simulate --preset sequence-model',
      why: 'an experiment on the users of this world, beside the truth; minutes',
    })
  const judge = { command: 'adseq eval funnel', why: 'what each stage of an ad request finds, and loses' }
  return [...steps, judge, { command: 'adseq serve', why: 'ads over HTTP, and a page to look around on' }]
}

function beginning({ settings }: WorkspaceState): Step[] {
  return [
    ...(settings ? [] : [{ command: 'adseq init', why: 'writes the settings, each with what it does' }]),
    { command: 'adseq import csv FILES', why: 'reads events; adseq import lists other formats' },
    { command: 'adseq generate-data', why: 'or makes a world of shoppers, to learn on' },
  ]
}
