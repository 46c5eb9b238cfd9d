/*
 * The wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding): each function gives one field, and a
 * message is its fields one after the other.
 */

function varint(n: number | bigint): Buffer {
  let rest = BigInt.asUintN(64, BigInt(n))
  const bytes: number[] = []
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

const tag = (field: number, wire: number): Buffer => varint((field << 3) | wire)
/** A whole number; negative ones in ten bytes. */
export const integer = (field: number, n: number): Buffer => Buffer.concat([tag(field, 0), varint(n)])
/** A message within another, or bytes. */
export const message = (field: number, bytes: Buffer): Buffer =>
  Buffer.concat([tag(field, 2), varint(bytes.length), bytes])
export const text = (field: number, value: string): Buffer => message(field, Buffer.from(value, 'utf8'))

export function float(field: number, x: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(x)
  return Buffer.concat([tag(field, 5), bytes])
}

export function double(field: number, x: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(x)
  return Buffer.concat([tag(field, 1), bytes])
}
