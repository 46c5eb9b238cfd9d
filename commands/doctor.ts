import { Flags } from '@oclif/core'
import { AdseqCommand } from '../src/cli/command.js'
import { examine } from '../src/doctor/doctor.js'
import type { Finding } from '../src/doctor/finding.js'
import { findingLines, verdict } from '../src/doctor/report.js'
import type { Device, EngineName } from '../src/engine/types.js'

export default class Doctor extends AdseqCommand {
  static override summary = 'Examine this machine and the workspace; findings have fixes.'
  static override description = [
    'Checks versions, native modules, engines, GPU, disk, settings, database, runs and the generation that is ' +
      "served, with their checksums. With --engine it runs that engine's contract instead: every kernel and a " +
      'short training, compared with a reference.',
    'Exit code 0 when all works (warnings included), 2 when a check failed.',
  ].join('\n\n')
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --engine onnx']

  static override flags = {
    engine: Flags.option({
      options: ['auto', 'onnx', 'eager', 'tensorflow'] as const,
      description: 'run the contract of this engine',
    })(),
    device: Flags.option({
      options: ['cpu', 'cuda', 'webgpu'] as const,
      dependsOn: ['engine'],
      description: 'device of the onnx engine',
    })(),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Doctor)
    const columns = process.stdout.isTTY ? process.stdout.columns : undefined
    const found = (finding: Finding): void => findingLines(finding, columns).forEach((line) => this.log(line))
    const surroundings = { folder: this.folder(flags), root: this.config.root, node: process.versions.node }
    const findings = flags.engine
      ? await this.contract(flags.engine, flags.device, found)
      : await examine(surroundings, { found })
    this.log(verdict(findings))
    const healthy = findings.every(({ status }) => status !== 'failed')
    if (!healthy) process.exitCode = 2
    return { healthy, findings }
  }

  private async contract(
    engine: 'auto' | EngineName,
    device: Device | undefined,
    found: (finding: Finding) => void,
  ): Promise<Finding[]> {
    const { examineEngine } = await import('../src/doctor/contract.js')
    const findings = await examineEngine({ engine, device })
    findings.forEach(found)
    return findings
  }
}
