import { float, integer, message, text } from '../../core/protobuf.js'
import { ONNX_TYPE, type Attribute, type ConstantData, type ValueType } from './graph.js'

/*
 * The small part of ONNX's protobuf schema (onnx.proto3) that a graph needs, written field by field.
 * Numbers are the field numbers of that file.
 */

export interface ProtoTensor {
  name: string
  type: ValueType
  dims: readonly number[]
  data: ConstantData
}

export interface ProtoNode {
  name: string
  op: string
  domain: string
  inputs: string[]
  outputs: string[]
  attributes: Readonly<Record<string, Attribute>>
}

export interface ProtoValue {
  name: string
  type: ValueType
  /** a name where the length is not fixed */
  dims: readonly (number | string)[]
}

export interface ProtoModel {
  name: string
  nodes: ProtoNode[]
  constants: ProtoTensor[]
  inputs: ProtoValue[]
  outputs: ProtoValue[]
  /** version of the default operator set */
  opset: number
}

/** The bytes of a ModelProto. */
export function encodeModel(model: ProtoModel): Buffer {
  const domains = new Set(model.nodes.map((n) => n.domain).filter((d) => d !== ''))
  const graph = Buffer.concat([
    ...model.nodes.map((n) => message(1, encodeNode(n))),
    text(2, model.name),
    ...model.constants.map((t) => message(5, encodeTensor(t))),
    ...model.inputs.map((v) => message(11, encodeValue(v))),
    ...model.outputs.map((v) => message(12, encodeValue(v))),
  ])
  const operators = [operatorSet('', model.opset), ...[...domains].map((d) => operatorSet(d, 1))]
  return Buffer.concat([integer(1, 8), text(2, 'adseq'), message(7, graph), ...operators.map((o) => message(8, o))])
}

function operatorSet(domain: string, version: number): Buffer {
  return Buffer.concat([text(1, domain), integer(2, version)])
}

function encodeNode(node: ProtoNode): Buffer {
  return Buffer.concat([
    ...node.inputs.map((name) => text(1, name)),
    ...node.outputs.map((name) => text(2, name)),
    text(3, node.name),
    text(4, node.op),
    ...Object.entries(node.attributes).map(([name, value]) => message(5, encodeAttribute(name, value))),
    ...(node.domain === '' ? [] : [text(7, node.domain)]),
  ])
}

function encodeAttribute(name: string, value: Attribute): Buffer {
  const parts = [text(1, name)]
  if (typeof value === 'number') parts.push(integer(3, value), integer(20, 2))
  else if (typeof value === 'string') parts.push(text(4, value), integer(20, 3))
  else if ('float' in value) parts.push(float(2, value.float), integer(20, 1))
  else parts.push(...value.map((x) => integer(8, x)), integer(20, 7))
  return Buffer.concat(parts)
}

function encodeTensor({ name, type, dims, data }: ProtoTensor): Buffer {
  const raw = rawBytes(data, type)
  return Buffer.concat([...dims.map((d) => integer(1, d)), integer(2, ONNX_TYPE[type]), text(8, name), message(9, raw)])
}

function rawBytes(data: ConstantData, type: ValueType): Buffer {
  const array =
    type === 'int64'
      ? BigInt64Array.from(data as ArrayLike<number> & Iterable<number>, (x) => BigInt(x))
      : type === 'float32'
        ? data instanceof Float32Array
          ? data
          : Float32Array.from(data)
        : type === 'int32'
          ? data instanceof Int32Array
            ? data
            : Int32Array.from(data)
          : data instanceof Uint8Array
            ? data
            : Uint8Array.from(data)
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength)
}

function encodeValue({ name, type, dims }: ProtoValue): Buffer {
  const shape = Buffer.concat(dims.map((d) => message(1, typeof d === 'number' ? integer(1, d) : text(2, d))))
  const tensorType = Buffer.concat([integer(1, ONNX_TYPE[type]), message(2, shape)])
  return Buffer.concat([text(1, name), message(2, message(1, tensorType))])
}
