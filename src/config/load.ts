import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { UserError, hasCode } from '../core/errors.js'
import { contradiction } from './combinations.js'
import { DEFAULTS } from './defaults.js'
import { unknownKey, wrongValue } from './explain.js'
import { assignment, at, expandPresets, merge, nest, type Layer, type Path, type Tree, overlay } from './layer.js'
import { configSchema, type Config } from './schema.js'
import { yamlLayer } from './yaml-layer.js'

export interface LoadOptions {
  /** --set section.key=value, in order */
  set?: readonly string[]
  /** text of a template that lies under adseq.yaml */
  template?: string
  env?: Record<string, string | undefined>
}

/** Settings with an environment variable of their own. */
const ENV: Record<string, Path> = {
  ADSEQ_ENGINE: ['engine', 'name'],
  ADSEQ_DEVICE: ['engine', 'device'],
  ADSEQ_THREADS: ['engine', 'threads'],
}

/**
 * The configuration of a workspace: defaults < template < adseq.yaml < environment < --set. A folder without
 * adseq.yaml has the defaults. ADSEQ_SET holds settings like those of --set, separated by spaces.
 * @throws UserError that names the key, the file and line, and what to write instead
 */
export function loadConfig(folder: string, options: LoadOptions = {}): Config {
  const layers: Layer[] = []
  if (options.template !== undefined) layers.push(yamlLayer(options.template, 'template'))
  const text = readConfigFile(folder)
  if (text !== undefined) layers.push(yamlLayer(text, 'adseq.yaml'))
  layers.push(...envLayers(options.env ?? process.env))
  for (const setting of options.set ?? []) layers.push(assignment(setting, '--set'))
  return resolveLayers(layers)
}

/**
 * Lays settings over the defaults and checks the result. Within one layer `advertiser.train.steps` wins over
 * `train.steps`; a later layer's `train.steps` wins over both. The defaults' own sections stay below their own keys.
 * @throws UserError as loadConfig
 */
export function resolveLayers(layers: readonly Layer[]): Config {
  const written = layers.reduce<Tree>((below, layer) => overlay(below, expandPresets(layer.tree)), {})
  const tree = merge(DEFAULTS as unknown as Tree, written)
  const result = configSchema.safeParse(tree)
  if (!result.success) throw explain(result.error.issues[0], tree, layers)
  const found = contradiction(result.data)
  if (found) throw new UserError(`${blame(layers, found.paths)}: ${found.message}.`, found.hint)
  return result.data
}

function explain(issue: z.core.$ZodIssue, tree: Tree, layers: readonly Layer[]): UserError {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]
    const { message, hint } = unknownKey(path, key)
    return new UserError(`${where(layers, [...path, key])}: ${message}`, hint)
  }
  const { message, hint } = wrongValue(issue, path, at(tree, path))
  return new UserError(`${where(layers, path)}: ${message}`, hint)
}

/** The last layer that speaks of a key, or of the section it is in. */
function where(layers: readonly Layer[], path: Path): string {
  for (let depth = path.length; depth > 0; depth--) {
    const layer = layers.findLast((one) => at(one.tree, path.slice(0, depth)) !== undefined)
    if (layer) return layer.where(path)
  }
  return 'settings'
}

/** Where the latest written of several keys stands. */
function blame(layers: readonly Layer[], paths: readonly Path[]): string {
  for (const layer of layers.toReversed()) {
    const path = paths.find((one) => at(layer.tree, one) !== undefined)
    if (path) return layer.where(path)
  }
  return 'settings'
}

function readConfigFile(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'adseq.yaml'), 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    if (hasCode(error, 'EISDIR'))
      throw new UserError(`${join(folder, 'adseq.yaml')} is a folder.`, 'Move it away; adseq init writes the file.')
    throw error
  }
}

function envLayers(env: Record<string, string | undefined>): Layer[] {
  const layers: Layer[] = []
  for (const [name, path] of Object.entries(ENV)) {
    const value = env[name]
    if (value)
      layers.push({
        tree: nest(path, name === 'ADSEQ_THREADS' && /^\d+$/.test(value) ? Number(value) : value),
        where: () => name,
      })
  }
  for (const setting of env.ADSEQ_SET?.split(/\s+/).filter(Boolean) ?? []) layers.push(assignment(setting, 'ADSEQ_SET'))
  return layers
}
