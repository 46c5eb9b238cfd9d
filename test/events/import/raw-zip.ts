import { crc32, deflateRawSync } from 'node:zlib'

export interface RawMember {
  name: string
  content: string | Buffer
  /** number of the compression method that the archive names; content is deflated for 8, as it is for others */
  method?: number
  /** general purpose flags: 1 = encrypted */
  flags?: number
  /** sizes and offset stand in a zip64 field */
  zip64?: boolean
}

/** A zip archive byte by byte (PKWARE APPNOTE 4.3), with whatever a member claims of itself. */
export function rawZip(members: readonly RawMember[]): Buffer {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const { name, content, method = 8, flags = 0, zip64 = false } of members) {
    const plain = Buffer.from(content)
    const data = method === 8 ? deflateRawSync(plain) : plain
    const path = Buffer.from(name)
    const sizes = Buffer.alloc(24)
    ;[plain.length, data.length, offset].forEach((n, i) => sizes.writeBigUInt64LE(BigInt(n), 8 * i))
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    // the same fields stand in both, two bytes later in the second
    for (const [header, at] of [
      [local, 4],
      [entry, 6],
    ] as const) {
      header.writeUInt16LE(zip64 ? 45 : 20, at)
      header.writeUInt16LE(flags, at + 2)
      header.writeUInt16LE(method, at + 4)
      header.writeUInt32LE(crc32(plain), at + 10)
      header.writeUInt32LE(zip64 ? 0xffffffff : data.length, at + 14)
      header.writeUInt32LE(zip64 ? 0xffffffff : plain.length, at + 18)
      header.writeUInt16LE(path.length, at + 22)
    }
    const extra = zip64 ? [Buffer.from([1, 0, 16, 0]), sizes.subarray(0, 16)] : []
    local.writeUInt16LE(zip64 ? 20 : 0, 28)
    entry.writeUInt16LE(zip64 ? 28 : 0, 30)
    entry.writeUInt32LE(zip64 ? 0xffffffff : offset, 42)
    locals.push(local, path, ...extra, data)
    entries.push(entry, path, ...(zip64 ? [Buffer.from([1, 0, 24, 0]), sizes] : []))
    offset += 30 + path.length + (zip64 ? 20 : 0) + data.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(members.length, 8)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(Buffer.concat(entries).length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, ...entries, end])
}
