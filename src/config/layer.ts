import { parse } from 'yaml'
import { UserError } from '../core/errors.js'
import { LOGQ_PRESETS } from './defaults.js'

export type Tree = { [key: string]: unknown }
export type Path = readonly string[]

/** One source of settings. Later layers win. */
export interface Layer {
  tree: Tree
  /** where a key of it was written: "adseq.yaml:12", "--set model.width=100" */
  where(path: Path): string
}

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a path, or undefined. */
export function at(tree: unknown, path: Path): unknown {
  let value = tree
  for (const key of path) value = isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}

/** Later values win; sections are merged key by key. Neither argument changes. */
export function merge(below: Tree, above: Tree): Tree {
  // a Map and fromEntries, so that a key "__proto__" is a key like any other
  const result = new Map(Object.entries(below))
  for (const [key, value] of Object.entries(above)) {
    const under = result.get(key)
    // an emptied section: "model:" with nothing below
    if (value === undefined || (value === null && isTree(under))) continue
    result.set(key, isTree(value) && isTree(under) ? merge(under, value) : value)
  }
  return Object.fromEntries(result)
}

/** Sections of one model, and what they may override. */
const KINDS = ['item', 'advertiser'] as const
const SECTIONS = ['model', 'graph', 'train'] as const

/** Lays a layer over others: what it says of both models is no longer overridden by what they said of one. */
export function overlay(below: Tree, above: Tree): Tree {
  let base = below
  for (const kind of KINDS) {
    const own = base[kind]
    if (!isTree(own)) continue
    const left = SECTIONS.reduce<Tree>((rest, section) => {
      const [inner, general] = [rest[section], above[section]]
      return isTree(inner) && isTree(general) ? { ...rest, [section]: without(inner, general) } : rest
    }, own)
    base = { ...base, [kind]: left }
  }
  return merge(base, above)
}

/** A tree without the values that another one has. */
function without(tree: Tree, other: Tree): Tree {
  return Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]): [string, unknown][] => {
      if (!Object.hasOwn(other, key) || other[key] === undefined) return [[key, value]]
      const inner = other[key]
      return isTree(value) && isTree(inner) ? [[key, without(value, inner)]] : []
    }),
  )
}

/** Replaces the name of a log-Q preset by its pair of weights, so that layers can override one of them. */
export function expandPresets(tree: Tree): Tree {
  let result = tree
  for (const path of [['train'], ['item', 'train'], ['advertiser', 'train']]) {
    const name = at(result, [...path, 'logq'])
    if (typeof name === 'string' && Object.hasOwn(LOGQ_PRESETS, name))
      result = merge(result, nest([...path, 'logq'], LOGQ_PRESETS[name]))
  }
  return result
}

/** One setting a layer: "model.width=100". The value is read as YAML. @param source "--set" or "ADSEQ_SET" */
export function assignment(text: string, source: string): Layer {
  const equals = text.indexOf('=')
  const path = text.slice(0, equals).trim().split('.')
  if (equals < 1 || path.some((key) => key === ''))
    throw new UserError(
      `${source} ${text} is not of the form section.key=value.`,
      `For example: ${source === '--set' ? '--set ' : `${source}=`}model.width=64`,
    )
  let value: unknown
  try {
    value = parse(text.slice(equals + 1))
  } catch {
    value = text.slice(equals + 1)
  }
  return { tree: nest(path, value), where: () => `${source} ${text}` }
}

/** {a: {b: value}} of the path a, b. */
export function nest(path: Path, value: unknown): Tree {
  return path.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value) as Tree
}
