import type { Config, Kind } from '../config/schema.js'
import type { Level } from '../protocol/queries.js'
import type { Settings } from './settings.js'
import type { WorkspaceData } from './workspace-data.js'

/** A sentence that data can bear out or not. */
export interface Statement {
  id: string
  text: string
  /** who says it: the original, or only we ask */
  source: 'original' | 'adseq'
  /**
   * more: `more` has more of it than `less`. flatten: from `less` to `more` it rises faster than from `more` to
   * `beyond`
   */
  shape: 'more' | 'flatten'
  more: Settings
  less: Settings
  beyond?: Settings
  /** how many times faster the second step of flatten is in length: both are judged per doubling */
  doublings?: readonly [number, number]
  of: 'recall' | 'coverage'
  level: Level
  /** these data cannot tell, whatever the budget */
  impossible?: string
}

export interface Claim {
  id: string
  title: string
  /** the original's words, a short phrase */
  original: string
  statements: Statement[]
  /** further points of a curve, for when all statements have been seen once: label and settings */
  points: [string, Settings][]
}

/** The order is that in which a budget is spent. */
export const CLAIMS = ['pooling', 'objective', 'logq', 'length', 'negatives', 'ids', 'hash'] as const
export type ClaimId = (typeof CLAIMS)[number]

/**
 * What the original says of its method (Pinterest Engineering, 2026-01-28, "Ads Candidate Generation using Behavioral
 * Sequence Modeling"), as statements about two trainings that differ in one setting.
 * @param config resolved for the kind
 */
export function claims(kind: Kind, config: Config, data: WorkspaceData): Claim[] {
  return [
    pooling(kind),
    objective(kind),
    logq(kind),
    length(kind, data),
    negatives(kind, config),
    ids(kind),
    hash(kind, config, data),
  ]
}

type Short = Partial<Statement> & Pick<Statement, 'id' | 'text' | 'more' | 'less' | 'level'>
const statement = (of: Short): Statement => ({ source: 'adseq', shape: 'more', of: 'recall', ...of })

function pooling(level: Kind): Claim {
  const more = { 'model.userTower': 'transformer' }
  const against = (tower: string, name: string, source: Statement['source']): Statement =>
    statement({
      id: tower,
      text: `a transformer recalls more than ${name}`,
      source,
      more,
      less: { 'model.userTower': tower },
      level,
    })
  return {
    id: 'pooling',
    title: 'Transformer against pooled events',
    original: '"up to a 45% improvement in user checkout performance" over max and mean pooling',
    points: [],
    statements: [
      against('mean', 'mean pooling', 'original'),
      against('max', 'max pooling', 'original'),
      against('decayed-mean', 'mean pooling with recency decay', 'adseq'),
    ],
  }
}

function objective(level: Kind): Claim {
  const more = { 'train.objective': 'all-action' }
  return {
    id: 'objective',
    title: 'All-action loss against others',
    original: '"the All Action Loss performs better than the Dense All Action Loss"',
    points: [],
    statements: [
      statement({
        id: 'dense',
        text: 'all-action recalls more than dense-all-action',
        source: 'original',
        more,
        less: { 'train.objective': 'dense-all-action' },
        level,
      }),
      statement({
        id: 'next',
        text: 'all-action recalls more than next-action',
        more,
        less: { 'train.objective': 'next-action' },
        level,
      }),
      statement({
        id: 'causal',
        text: 'all-action with a causal mask recalls more than dense-all-action, which needs one',
        more: { ...more, 'model.causal': true },
        less: { 'train.objective': 'dense-all-action' },
        level,
      }),
    ],
  }
}

function logq(level: Kind): Claim {
  const weights = (positive: number, negative: number): Settings => ({
    'train.logq.positive': positive,
    'train.logq.negative': negative,
  })
  const [none, negative, both] = [weights(0, 0), weights(0, 1), weights(1, 1)]
  const coverage = (at: Level): Statement =>
    statement({
      id: `coverage-${at}`,
      text: `log-Q on both sides covers fewer ${at}s than none`,
      source: at === 'advertiser' ? 'original' : 'adseq',
      more: none,
      less: both,
      of: 'coverage',
      level: at,
    })
  return {
    id: 'logq',
    title: 'Log-Q correction and its price',
    original:
      'it "steered the model toward predicting items from the most frequent advertisers"; the weights of both ' +
      'sides were tuned',
    points: [],
    statements: [
      statement({ id: 'both', text: 'log-Q on both sides recalls more than none', more: both, less: none, level }),
      statement({
        id: 'negatives',
        text: 'log-Q at the negatives recalls more than none',
        more: negative,
        less: none,
        level,
      }),
      ...(level === 'item' ? [coverage('item')] : []),
      coverage('advertiser'),
    ],
  }
}

function length(level: Kind, { longest }: WorkspaceData): Claim {
  const at = (n: number): Settings => ({ 'model.length': n })
  // no history is longer: more of the tower would read padding
  const whole = Math.min(1024, 2 ** Math.ceil(Math.log2(Math.max(8, longest))))
  const far = Math.min(512, whole)
  const short = (n: number): string | undefined => (whole < n ? `the longest history has ${longest} events` : undefined)
  const points = [16, 64, 256, 512, 1024]
    .filter((n) => n <= whole && n !== far)
    .map((n): [string, Settings] => [`length ${n}`, at(n)])
  return {
    id: 'length',
    title: 'Length of the sequence',
    original: '"recall gains diminished significantly after a length of 100"',
    points,
    statements: [
      statement({
        id: '8',
        text: '128 events recall more than 8',
        more: at(128),
        less: at(8),
        level,
        impossible: short(128),
      }),
      statement({
        id: '32',
        text: '128 events recall more than 32',
        more: at(128),
        less: at(32),
        level,
        impossible: short(128),
      }),
      statement({
        id: 'flatten',
        text: `a doubling gains less from 128 to ${far} events than from 32 to 128`,
        source: 'original',
        shape: 'flatten',
        less: at(32),
        more: at(128),
        beyond: at(far),
        doublings: [2, Math.log2(far / 128)],
        level,
        impossible: short(256),
      }),
    ],
  }
}

function negatives(kind: Kind, { train }: Config): Claim {
  const mixed = train.uniformNegatives || 512
  return {
    id: 'negatives',
    title: 'In-batch against mixed negatives',
    original: '"both in-batch negatives and a randomly sampled set of 20 million Pins"',
    points: [],
    statements: [
      statement({
        id: 'mixed',
        text: `${mixed} random negatives beside those of the batch recall more than the batch alone`,
        source: 'original',
        more: { 'train.uniformNegatives': mixed },
        less: { 'train.uniformNegatives': 0 },
        level: kind,
        impossible: kind === 'item' ? undefined : 'the claim is about the item model',
      }),
    ],
  }
}

function ids(kind: Kind): Claim {
  const levels: Level[] = kind === 'item' ? ['item', 'advertiser', 'category'] : ['advertiser']
  return {
    id: 'ids',
    title: 'Item ids against none',
    original:
      '"we removed high-cardinality ID features", with "strong overall performance at the advertiser and ' +
      'category level"',
    points: [],
    statements: levels.map((level) =>
      statement({
        id: level,
        text: `without item ids more is recalled than with them (${level})`,
        source: 'original',
        more: { 'model.itemIds': false },
        less: { 'model.itemIds': true },
        level,
      }),
    ),
  }
}

function hash(kind: Kind, { model }: Config, { advertisers }: WorkspaceData): Claim {
  const few = 2 ** Math.max(1, Math.round(Math.log2(advertisers / 16)))
  const middle = 2 ** Math.round(Math.log2(few * model.advertiserBuckets) / 2)
  const reason =
    few * 4 > model.advertiserBuckets || advertisers < 32
      ? `${advertisers} advertisers in ${model.advertiserBuckets} buckets do not collide much`
      : undefined
  return {
    id: 'hash',
    title: 'Size of the advertiser hash table',
    original: 'the advertiser ID is "incorporated through a hash embedding layer"; its size is not said',
    points: reason ? [] : [[`${middle} buckets`, { 'model.advertiserBuckets': middle }]],
    statements: [
      statement({
        id: 'few',
        text:
          `a table of ${model.advertiserBuckets} buckets recalls more advertisers than one of ${few}, for ` +
          `${advertisers} advertisers`,
        more: { 'model.advertiserBuckets': model.advertiserBuckets },
        less: { 'model.advertiserBuckets': few },
        level: kind === 'item' ? 'advertiser' : kind,
        impossible: reason,
      }),
    ],
  }
}
