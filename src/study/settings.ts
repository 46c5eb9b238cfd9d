import { parse } from 'yaml'
import { configFor } from '../config/kind.js'
import { loadConfig } from '../config/load.js'
import type { Config, Kind } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { hashJson } from '../core/hash.js'

export type Value = number | string | boolean

/** Settings of one training that differ from the workspace's: {"train.logq.negative": 0.5} */
export type Settings = Readonly<Record<string, Value>>

/** What a study trains on: the workspace as it is, and the settings given for all trainings of the study. */
export interface Basis {
  folder: string
  kind: Kind
  /** section.key=value, as --set takes them, in order */
  set: readonly string[]
}

/**
 * As section.key=value for --set. The keys get the kind in front (item.train.steps), so that they lie over both the
 * common sections and those of the kind.
 */
export function assignments(kind: Kind, settings: Settings): string[] {
  return Object.entries(settings).map(([key, value]) => `${kind}.${key}=${value}`)
}

/** The configuration of one training, resolved for the kind. @throws UserError where the settings are refused */
export function resolve({ folder, kind, set }: Basis, settings: Settings): Config {
  return configFor(loadConfig(folder, { set: [...set, ...assignments(kind, settings)] }), kind)
}

/**
 * Names everything that decides what a training learns, but engine and threads, which change the last digits only.
 * @param config resolved for the kind @param cutoff unix seconds @param data hash of the snapshot
 */
export function trainingKey(kind: Kind, config: Config, cutoff: number, data: string): string {
  const { checkpointSeconds: _, ...train } = config.train
  return hashJson({
    kind,
    model: config.model,
    graph: config.graph,
    train,
    cutoff,
    windowDays: config.eval.windowDays,
    ...(config.eval.protocol === 'leave-one-out' && { protocol: config.eval.protocol }),
    data,
  })
}

/** A value as YAML reads it. @throws UserError unless it is a number, a word or true/false */
export function readValue(text: string, where: string): Value {
  let value: unknown
  try {
    value = parse(text)
  } catch {
    value = undefined
  }
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'string' && /^[\w.-]+$/.test(value)) return value
  if (typeof value === 'boolean') return value
  throw new UserError(
    `${where}: "${text}" is no number, name, true or false.`,
    'Write for example --over train.logq.negative=0,0.5,1',
  )
}

/** "logq.negative" of "train.logq.negative": as printed where there is little room. */
export const shortKey = (key: string): string => key.slice(key.indexOf('.') + 1)
