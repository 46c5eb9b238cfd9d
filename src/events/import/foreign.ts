import { UserError } from '../../core/errors.js'

/** What people take for a data file, by its first bytes (hex). */
const MAGIC: readonly [magic: string, what: string, todo: string][] = [
  ['28b52ffd', 'compressed with zstd', 'Decompress it first (zstd -d FILE).'],
  ['fd377a58', 'compressed with xz', 'Decompress it first (xz -d FILE).'],
  ['425a68', 'compressed with bzip2', 'Decompress it first (bzip2 -d FILE).'],
  ['04224d18', 'compressed with lz4', 'Decompress it first (lz4 -d FILE).'],
  ['ff060000734e61507059', 'compressed with snappy', 'Decompress it first, or write it as Parquet.'],
  ['377abcaf', 'a 7z archive', 'Unpack it and import what is inside.'],
  ['52617221', 'a rar archive', 'Unpack it and import what is inside.'],
  ['504b0506', 'a zip archive with nothing in it', 'Fetch it again, or name the files themselves.'],
  ['504b0708', 'one part of a zip archive in several parts', 'Join the parts and unpack them first.'],
  [
    'd0cf11e0',
    'an old Excel file (.xls) or a workbook with a password',
    'Save it as .xlsx or CSV, without a password.',
  ],
  ['53514c69', 'an SQLite database', 'Save its table as CSV first.'],
  ['4f626a01', 'an Avro file', 'Write it as Parquet, JSON lines or CSV first.'],
  ['4f5243', 'an ORC file', 'Write it as Parquet, JSON lines or CSV first.'],
  ['4152524f5731', 'an Arrow (Feather) file', 'Write it as Parquet first.'],
  ['894844460d0a', 'an HDF5 file', 'Write it as Parquet or CSV first.'],
  ['934e554d5059', 'a NumPy file', 'Write it as Parquet or CSV first.'],
  ['25504446', 'a PDF', 'Give the data itself.'],
]

/** Texts that are no data, by how they begin. */
const TEXTS: readonly [begins: RegExp, what: string, todo: string][] = [
  [/^\s*<(!doctype html|html|head|script)/i, 'a web page', 'The download asked for a login or failed; fetch it again.'],
  [/^\s*<\?xml|^\s*<\w+[\s>]/i, 'XML', 'Save it as CSV or JSON lines first.'],
  [
    /^version https:\/\/git-lfs/,
    'a Git LFS pointer, not the file that it stands for',
    'Fetch the file itself (git lfs pull).',
  ],
]

/** What a file is that adseq does not read; undefined for what may be data. @param name as the user knows it */
export function foreignFile(bytes: Buffer, name: string): UserError | undefined {
  const hex = bytes.toString('hex', 0, 16)
  const [, what, todo] = MAGIC.find(([magic]) => hex.startsWith(magic)) ?? []
  return what === undefined ? undefined : new UserError(`${name} is ${what}.`, todo!)
}

/** The same of what lies inside of a compressed file, or where text is expected. @param bytes its first block */
export function foreignContent(bytes: Buffer, name: string): UserError | undefined {
  const packed = PACKED.find(([magic]) => bytes.toString('latin1', 0, 4).startsWith(magic))
  if (packed) return new UserError(`${name} holds ${packed[1]} once more inside.`, 'Unpack it once, and name that.')
  if (bytes.toString('latin1', 257, 262) === 'ustar')
    return new UserError(`${name} is a tar archive.`, 'Unpack it (tar -xf FILE) and import what is inside.')
  return foreignFile(bytes, name)
}

/** What a text is that is no data, from its first block. */
export function foreignText(bytes: Buffer, name: string): UserError | undefined {
  const start = bytes.toString('latin1', 0, 4096)
  const [, what, todo] = TEXTS.find(([begins]) => begins.test(start)) ?? []
  if (what !== undefined) return new UserError(`${name} is ${what}.`, todo!)
  // eslint-disable-next-line no-control-regex
  const controls = start.match(/[\u0000-\u0008\u000e-\u001f]/g)?.length ?? 0
  if (controls > start.length / 10)
    return new UserError(`${name} is binary, not text.`, 'adseq reads CSV, JSON lines, Parquet and .xlsx.')
  return undefined
}

/** What is looked into on disk, but not a second time inside of a compressed file. */
const PACKED: readonly [magic: string, what: string][] = [
  ['\u001f\u008b', 'a gzip file'],
  ['PK\u0003\u0004', 'a zip archive'],
  ['PAR1', 'a Parquet file'],
]
