import { z } from 'zod'
import type { Path } from './layer.js'
import { nearest } from './nearest-key.js'
import { configSchema } from './schema.js'

interface Explanation {
  message: string
  hint: string
}

/** What to say about a key that is not one. @param path the section it is in */
export function unknownKey(path: Path, key: string): Explanation {
  const section = path.join('.')
  const keys = keysAt(path)
  const near = nearest(key, keys)
  const elsewhere = near === undefined || near.toLowerCase() !== key.toLowerCase() ? sectionsWith(key) : []
  const message = `unknown key ${section ? `${section}.` : ''}${key}.`
  if (elsewhere.length > 0)
    return { message, hint: `Did you mean ${elsewhere.map((other) => [other, key].join('.')).join(' or ')}?` }
  if (near) return { message, hint: `Did you mean ${section ? `${section}.` : ''}${near}?` }
  return { message, hint: `${section ? `Keys of ${section}` : 'Sections'}: ${keys.join(', ')}.` }
}

/** What to say about a value of the wrong type or out of range. */
export function wrongValue(issue: z.core.$ZodIssue, path: Path, value: unknown): Explanation {
  const name = path.join('.')
  const got = value === undefined ? 'nothing' : JSON.stringify(value)
  if (name.endsWith('train.logq'))
    return {
      message: `${name} is ${got}.`,
      hint: 'Use none, standard, negatives-only, or a pair: {positive: 1, negative: 1}.',
    }
  if (name === 'eval.cutoff')
    return { message: `${name} is ${got}.`, hint: 'Use auto, an ISO date such as 2017-12-02, or unix seconds.' }
  switch (issue.code) {
    case 'invalid_value': {
      const options = issue.values.map(String)
      const near = typeof value === 'string' ? nearest(value, options) : undefined
      return {
        message: `${name} is ${got}; it can be ${options.join(', ')}.`,
        hint: near ? `Did you mean ${near}?` : `Write ${name}: ${options[0]}.`,
      }
    }
    case 'too_small':
      return {
        message: `${name} is ${got}, too small.`,
        hint: `Use a number ${issue.inclusive ? 'of at least' : 'above'} ${issue.minimum}.`,
      }
    case 'too_big':
      return { message: `${name} is ${got}, too large.`, hint: `Use a number of at most ${issue.maximum}.` }
    case 'invalid_type': {
      const expected =
        {
          int: 'a whole number',
          number: 'a number',
          boolean: 'true or false',
          string: 'text',
          object: 'a section with keys',
          record: 'a section with keys',
        }[issue.expected as string] ?? issue.expected
      return {
        message: `${name} is ${got}, expected ${expected}.`,
        hint:
          expected === 'a section with keys'
            ? `Write ${name}: and its keys below it, indented.`
            : `Write ${name} as ${expected}.`,
      }
    }
    default:
      return {
        message: `${name} is ${got}: ${issue.message}.`,
        hint: 'See the comments in the file that adseq init writes.',
      }
  }
}

/** The object schema at a path, or undefined. */
function shapeAt(path: Path): Record<string, z.ZodType> | undefined {
  let schema: z.ZodType = configSchema
  for (const key of ['', ...path]) {
    if (key !== '') schema = (schema as z.ZodObject).shape[key] as z.ZodType
    while (schema instanceof z.ZodOptional) schema = schema.unwrap() as z.ZodType
    if (!(schema instanceof z.ZodObject)) return undefined
  }
  return (schema as z.ZodObject).shape as Record<string, z.ZodType>
}

const keysAt = (path: Path): string[] => Object.keys(shapeAt(path) ?? {})

/** Top-level sections that do have this key. */
function sectionsWith(key: string): string[] {
  return keysAt([]).filter(
    (section) => section !== 'item' && section !== 'advertiser' && keysAt([section]).includes(key),
  )
}
