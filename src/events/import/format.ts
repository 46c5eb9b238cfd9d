import type { EvalConfig } from '../../config/schema.js'
import type { GateOptions } from './event-gate.js'
import type { FileHead } from './file-head.js'
import type { FileImport } from './import-file.js'
import type { Fold } from './import-fold.js'
import type { Mapping } from './mapping.js'
import type { SourceFile } from './source-file.js'

/** What the user says beyond the names of files. */
export interface FormatOptions {
  /** columns and event types, of csv, jsonl and parquet; event types of every format */
  mapping: Mapping
  /** what was known by then goes into the catalog, unix seconds */
  asOf?: number
  /** the year that dates without one are in */
  year?: number
  /** the date of day 1, unix seconds */
  epoch?: number
  /** ratings at or above it are conversions */
  minRating?: number
  /** which column is the advertiser */
  advertiser?: string
  /** where the evaluation begins, when no --as-of is given */
  evaluation: Pick<EvalConfig, 'cutoff' | 'windowDays'>
  /** a line for the user */
  say: (text: string) => void
  /** ends long work that comes before the import */
  signal?: AbortSignal
  /** which events are none, in work that comes before the import */
  times: GateOptions
}

/** Options of FormatOptions that only some formats have. */
export const SPECIAL = ['asOf', 'year', 'epoch', 'minRating', 'advertiser'] as const
export type Special = (typeof SPECIAL)[number]

/** Formats of any layout, which need a mapping where columns have other names. */
export const GENERIC: readonly string[] = ['csv', 'jsonl', 'parquet']

/** Formats whose columns --map can name. */
export const MAPPED: readonly string[] = [...GENERIC, 'ads', 'impressions']

/** A file and which file of the format it is. */
export interface Matched {
  head: FileHead
  source: SourceFile
  role: string
}

/** One file, or several that make one catalog. */
export type Step = { file: FileImport } | { fold: Fold }

/** How the files of one public log, or of a generic layout, are read. */
export interface Format {
  name: string
  /** one line of the list of formats */
  summary: string
  /** which files to give, one sentence */
  files: string
  /** options of its own */
  special: readonly Special[]
  /** its events have types of their own, which --event-type can map otherwise */
  mapsTypes: boolean
  /** values of `advertiser`, the default first */
  advertisers?: readonly string[]
  /** columns that --map can name, where they are not those of events, items and users */
  columns?: readonly string[]
  /** which of its files this is; undefined when it is none. Generic formats take any file of their form. */
  role: (head: FileHead, options: FormatOptions) => string | undefined
  /** what is imported in which order */
  steps: (files: Matched[], options: FormatOptions) => Promise<Step[]>
}
