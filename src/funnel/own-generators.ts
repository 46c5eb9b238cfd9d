import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { FunnelConfig } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import { GENERATORS } from './generators/index.js'
import type { GeneratorType } from './generators/generator.js'

/**
 * The built-in generators, and those of the user's own that `funnel.generators.NAME.file` names, after them.
 * @param folder the workspace: files are looked for from there
 * @throws UserError where a file is missing, cannot be loaded, or exports no generator of that name
 */
export async function generatorTypes(folder: string, { generators }: FunnelConfig): Promise<readonly GeneratorType[]> {
  const types = [...GENERATORS]
  for (const [name, { on, file }] of Object.entries(generators)) {
    if (GENERATORS.some((one) => one.name === name)) {
      if (file === undefined) continue
      throw new UserError(
        `funnel.generators.${name}.file: ${name} is a generator of adseq's own.`,
        'Give yours another name.',
      )
    }
    if (file === undefined)
      throw new UserError(
        `There is no generator ${name} (funnel.generators).`,
        `There are ${GENERATORS.map((one) => one.name).join(', ')}; one of your own needs \`file:\`.`,
      )
    if (on) types.push(await ownGenerator(folder, name, file))
  }
  return types
}

async function ownGenerator(folder: string, name: string, file: string): Promise<GeneratorType> {
  const path = resolve(folder, file)
  const where = `funnel.generators.${name}.file`
  if (!existsSync(path)) throw new UserError(`${where}: there is no ${path}.`, 'Name it from the workspace folder.')
  let exported: Partial<GeneratorType> | undefined
  try {
    exported = ((await import(pathToFileURL(path).href)) as { default?: Partial<GeneratorType> }).default
  } catch (error) {
    throw new UserError(
      `${where}: ${path} cannot be loaded (${(error as Error).message.split('\n')[0]}).`,
      'It must be an ES module (.mjs, or .js beside a package.json with "type": "module").',
    )
  }
  if (typeof exported?.open !== 'function' || exported.name !== name)
    throw new UserError(
      `${where}: the default export of ${path} is no generator named ${name}.`,
      'Export {name, summary, open(parts)}; docs/serving.md has an example.',
    )
  return exported as GeneratorType
}
