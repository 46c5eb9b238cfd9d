import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { checkFeed } from '../check.js'
import type { Feed, Feeds, Program, ProgramSpec, TensorSpec } from '../types.js'
import type { CompiledGraph } from './model.js'
import { tensorOf, type OnnxState } from './state.js'
import { INPUT, NEXT, OUTPUT, STATE } from './trace.js'

/** A traced program in a session of ONNX Runtime. */
export class OnnxProgram implements Program {
  readonly name: string
  readonly inputs: Readonly<Record<string, TensorSpec>>
  private readonly reads: string[]
  private readonly results: string[]
  private readonly next: string[]
  private session: InferenceSession | undefined

  constructor(
    spec: ProgramSpec,
    compiled: CompiledGraph,
    session: InferenceSession,
    private readonly state: OnnxState,
  ) {
    this.name = spec.name
    const used = compiled.inputs.map((v) => v.name)
    this.inputs = Object.fromEntries(named(used, INPUT).map((name) => [name, spec.inputs[name]]))
    this.reads = named(used, STATE)
    const outputs = compiled.outputs.map((v) => v.name)
    this.results = named(outputs, OUTPUT)
    this.next = named(outputs, NEXT)
    this.session = session
  }

  async run(feeds: Feeds): Promise<Record<string, { shape: number[]; data: Feed }>> {
    if (!this.session) throw new Error(`Program ${this.name} was disposed`)
    const given: Record<string, Tensor> = {}
    for (const [name, spec] of Object.entries(this.inputs)) {
      const feed = feeds[name]
      if (!feed) throw new Error(`Program ${this.name}: input ${name} is missing`)
      checkFeed(`Program ${this.name}: input ${name}`, spec, feed)
      // ONNX Runtime takes no shared memory
      given[INPUT + name] = tensorOf(feed.buffer instanceof SharedArrayBuffer ? feed.slice() : feed, spec.shape)
    }
    for (const name of this.reads) given[STATE + name] = this.state.tensor(name)
    const wanted: Record<string, Tensor | null> = {}
    for (const name of this.results) wanted[OUTPUT + name] = null
    for (const name of this.next) wanted[NEXT + name] = this.state.target(name)
    const got = await this.session.run(given, wanted)
    this.state.exchange(this.next)
    return Object.fromEntries(
      this.results.map((name) => {
        const tensor = got[OUTPUT + name] as Tensor
        return [name, { shape: [...tensor.dims], data: tensor.data as Feed }]
      }),
    )
  }

  dispose(): void {
    void this.session?.release()
    this.session = undefined
  }
}

function named(names: readonly string[], prefix: string): string[] {
  return names.filter((n) => n.startsWith(prefix)).map((n) => n.slice(prefix.length))
}
