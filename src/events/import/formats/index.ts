import { UserError } from '../../../core/errors.js'
import { nearest } from '../../../config/nearest-key.js'
import type { Format } from '../format.js'

/** Formats by name, each loaded when it is asked for. */
const FORMATS: Record<string, () => Promise<Format>> = {
  retailrocket: async () => (await import('./retailrocket.js')).retailrocket,
  rees46: async () => (await import('./rees46.js')).rees46,
  taobao: async () => (await import('./taobao.js')).taobao,
  tmall: async () => (await import('./tmall.js')).tmall,
  movielens: async () => (await import('./movielens.js')).movielens,
  amazon: async () => (await import('./amazon.js')).amazon,
  completejourney: async () => (await import('./completejourney.js')).completejourney,
  'online-retail': async () => (await import('./online-retail.js')).onlineRetail,
  csv: async () => (await import('./tidy.js')).csv,
  jsonl: async () => (await import('./tidy.js')).jsonl,
  parquet: async () => (await import('./tidy.js')).parquet,
  ads: async () => (await import('./ads.js')).ads,
  impressions: async () => (await import('./ads.js')).impressions,
}

export const FORMAT_NAMES = Object.keys(FORMATS)

export const allFormats = (): Promise<Format[]> => Promise.all(Object.values(FORMATS).map((load) => load()))

/** @throws UserError for a name that is none, with the nearest one */
export async function findFormat(name: string): Promise<Format> {
  if (Object.hasOwn(FORMATS, name)) return FORMATS[name]()
  const near = nearest(name, FORMAT_NAMES)
  throw new UserError(
    `There is no format ${name}.`,
    `${near ? `Did you mean adseq import ${near}? ` : ''}Formats: ${FORMAT_NAMES.join(', ')}.`,
  )
}
