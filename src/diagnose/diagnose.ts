import { UserError } from '../core/errors.js'
import { readRunConfig } from '../runs/load.js'
import { finishedRuns, readManifest, type Manifest } from '../runs/manifest.js'
import { runFolder } from '../store/paths.js'
import type { Workspace } from '../workspace/workspace.js'
import { indexEvidence, resultsEvidence, trainingEvidence } from './evidence.js'
import { findings, type Finding } from './findings.js'

/** What `adseq diagnose --json` prints. */
export interface Diagnosis {
  run: string
  /** users whose results were looked at; 0 where nobody converts after the run's cutoff */
  users: number
  findings: Finding[]
}

/**
 * Looks for what makes a run's results poor: in the records of its training, and in its results for a sample of users.
 * @param reference an id; the newest finished item run where absent, else the newest
 * @throws UserError when there is no such run, it is not finished, or it was trained under another split
 */
export async function diagnose(workspace: Workspace, reference?: string): Promise<Diagnosis> {
  const manifest = runOf(workspace.folder, reference)
  const training = trainingEvidence(workspace.folder, manifest, readRunConfig(workspace.folder, manifest.id).train)
  const results = await resultsEvidence(workspace, manifest)
  const index = manifest.kind === 'item' ? indexEvidence(workspace, manifest) : undefined
  return { run: manifest.id, users: results?.users ?? 0, findings: findings(training, results, index) }
}

function runOf(folder: string, reference = 'latest'): Manifest {
  const train = 'Train one: adseq train item.'
  const finished = finishedRuns(folder)
  const latest = finished.findLast(({ kind }) => kind === 'item') ?? finished.at(-1)
  const manifest = reference === 'latest' ? latest : readManifest(runFolder(folder, reference))
  if (!manifest) throw new UserError('There is no finished run.', train)
  if (manifest.status !== 'done')
    throw new UserError(`Run ${manifest.id} is not finished.`, `Finish it: adseq train ${manifest.kind}.`)
  if (manifest.protocol !== undefined)
    throw new UserError(
      `Run ${manifest.id} was trained under ${manifest.protocol}, which holds nothing back after a cutoff.`,
      'Diagnose a run of the temporal split.',
    )
  return manifest
}

/** The diagnosis as plain lines. */
export function diagnosisText({ run, users, findings: found }: Diagnosis): string {
  const seen = users > 0 ? `its results for ${users} users` : 'no results: nobody converts after its cutoff'
  const head = `${run}: looked at its training and ${seen}.`
  if (found.length === 0) return `${head}\nNone of the known causes of poor results is there.`
  return [head, ...found.map(({ cause, evidence, advice }) => `\n${cause}: ${evidence}.\n  Try: ${advice}.`)].join('\n')
}
