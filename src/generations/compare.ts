import type { TopLists } from '../ann/ann-index.js'
import { dot } from '../ann/dot-products.js'
import { UserError } from '../core/errors.js'
import { median } from '../core/median.js'
import { overlapOf } from '../core/overlap.js'
import { Rng } from '../core/rng.js'
import type { VectorHybrid } from '../retrieve/vector-hybrid.js'
import type { Workspace } from '../workspace/workspace.js'
import { catalogOfGeneration } from './catalog.js'
import { openGeneration, type Generation } from './open.js'
import { servedUser } from './served.js'

/** How far vectors of one run moved: cosines of the old with the new. */
export interface Drift {
  /** vectors that both have */
  vectors: number
  /** of those, how many are not the same to the bit */
  moved: number
  median: number
  least: number
}

/** One kind of entry in two generations. */
export interface LevelComparison {
  runs: [string, string]
  entries: [number, number]
  /** entries that the second has and the first does not, and the other way round */
  added: number
  gone: number
  lists: {
    users: number
    k: number
    /** mean share of a list that the other has, too: of the first 10 and of k */
    overlap: { 10: number; k: number }
    /** share of users who see other entries, or the same in another order */
    changed: number
    /** share of users whose first entry is another */
    firstChanged: number
  }
  /** null where the runs differ: their vectors are not of one space */
  drift: { entries: Drift; users: Drift } | null
}

export interface GenerationComparison {
  a: string
  b: string
  /** ingest numbers that they know */
  seq: [number, number]
  /** users with something in both; of all, those that were drawn */
  users: number
  item: LevelComparison
  /** absent where one of them has no advertiser run */
  advertiser?: LevelComparison
}

/**
 * What changes between two published generations, by the lists that they serve to the same users.
 * @param b an id, or current @throws UserError when one is not there, its files are removed or damaged, or nobody has a
 * vector in both
 */
export async function compareGenerations(
  workspace: Workspace,
  a: string,
  b: string,
  { k, users }: { k: number; users: number },
): Promise<GenerationComparison> {
  const [one, other] = [await opened(workspace, a), await opened(workspace, b)]
  const asked = drawUsers(workspace, [one, other], users)
  const compared = { k, asked, workspace }
  const advertisers = [one.advertisers, other.advertisers] as const
  return {
    a: one.manifest.generation,
    b: other.manifest.generation,
    seq: [one.manifest.seq, other.manifest.seq],
    users: asked.length,
    item: await compareLevel([one, other], [one.items, other.items], compared),
    ...(advertisers[0] &&
      advertisers[1] && {
        advertiser: await compareLevel([one, other], [advertisers[0], advertisers[1]], compared),
      }),
  }
}

async function opened({ store, paths }: Workspace, id: string): Promise<Generation> {
  const row = id === 'current' ? store.currentGeneration() : store.generation(id)
  if (!row) throw new UserError(`There is no generation ${id}.`, 'See the published ones with: adseq generations')
  return openGeneration(paths.index, row)
}

/** Store ids of users whose stored vectors both generations read, by a draw that is the same each time. */
function drawUsers({ store }: Workspace, generations: readonly Generation[], wanted: number): number[] {
  const ids = Int32Array.from({ length: store.counts().users }, (_, i) => i + 1)
  const found: number[] = []
  for (const id of new Rng(1, 0xc0).shuffle(ids)) {
    if (found.length === wanted) break
    const known = generations.every(({ manifest: { itemRun, advertiserRun, seq } }) =>
      [itemRun, advertiserRun].every((run) => run === undefined || store.userEmbedding(run, id, seq)),
    )
    if (known) found.push(id)
  }
  if (found.length > 0) return found
  throw new UserError('No user is known to both generations.', 'Run adseq infer, then adseq index.')
}

type Pair<T> = readonly [T, T]

async function compareLevel(
  generations: Pair<Generation>,
  hybrids: Pair<VectorHybrid>,
  { k, asked, workspace }: { k: number; asked: readonly number[]; workspace: Workspace },
): Promise<LevelComparison> {
  const [first, second] = hybrids
  const [lists, others] = [
    await listsOf(workspace, generations[0], first, asked, k),
    await listsOf(workspace, generations[1], second, asked, k),
  ]
  const pairs = lists.map((list, u) => [list, others[u]] as const)
  const mean = (of: (pair: (typeof pairs)[number]) => number): number =>
    pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length
  return {
    runs: [first.run, second.run],
    entries: [first.entries, second.entries],
    added: Math.max(0, second.entries - first.entries),
    gone: Math.max(0, first.entries - second.entries),
    lists: {
      users: asked.length,
      k,
      overlap: {
        10: mean(([one, two]) => overlapOf(one.slice(0, 10), two.slice(0, 10))),
        k: mean(([one, two]) => overlapOf(one, two)),
      },
      changed: mean(([one, two]) => (one.length === two.length && one.every((e, i) => two[i] === e) ? 0 : 1)),
      firstChanged: mean(([one, two]) => (one[0] === two[0] ? 0 : 1)),
    },
    drift: first.run === second.run ? driftOf(generations, hybrids, { asked, workspace }) : null,
  }
}

/** Entries of the k best of every user, best first, as the generation serves them. */
async function listsOf(
  { store, catalog }: Workspace,
  generation: Generation,
  hybrid: VectorHybrid,
  asked: readonly number[],
  k: number,
): Promise<Int32Array[]> {
  const known = catalogOfGeneration(catalog, generation)
  // what came one by one since is left out: the generations are compared, not the live users
  const asStored = {
    history: store.history.bind(store),
    userEmbedding: store.userEmbedding.bind(store),
    candidates: store.candidates.bind(store),
    live: { seqOf: () => 0 },
  }
  const found: Int32Array[] = []
  for (const user of asked) {
    const { queries } = servedUser(asStored, generation.manifest, known, user)!
    const { entries, counts }: TopLists = await hybrid.list(queries, Math.min(k, hybrid.entries))
    found.push(entries.slice(0, counts[0]))
  }
  return found
}

function driftOf(
  generations: Pair<Generation>,
  [first, second]: Pair<VectorHybrid>,
  { asked, workspace: { store } }: { asked: readonly number[]; workspace: Workspace },
): { entries: Drift; users: Drift } {
  const { run } = first
  const common = Math.min(first.entries, second.entries)
  const user = (which: 0 | 1, id: number): Float32Array =>
    store.userEmbedding(run, id, generations[which].manifest.seq)!.vector
  return {
    entries: drift(common, (e) => [first.vector(e), second.vector(e)]),
    users: drift(asked.length, (u) => [user(0, asked[u]), user(1, asked[u])]),
  }
}

/** @param pair unit vectors of one thing */
function drift(vectors: number, pair: (i: number) => Pair<Float32Array>): Drift {
  const cosines = new Float64Array(vectors)
  let moved = 0
  for (let i = 0; i < vectors; i++) {
    const [one, two] = pair(i)
    const same = one.every((x, d) => x === two[d])
    if (!same) moved++
    cosines[i] = same ? 1 : Math.min(1, dot(one, 0, two, one.length))
  }
  return { vectors, moved, median: median(cosines) ?? 1, least: cosines.reduce((a, b) => Math.min(a, b), 1) }
}
