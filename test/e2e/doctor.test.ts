import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runAdseq } from './run-adseq.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'adseq-e2e-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Examination {
  healthy: boolean
  findings: { check: string; status: string; message: string; fix?: string }[]
}

describe('adseq doctor', () => {
  it('an empty folder is healthy: what is not there yet is to look at, each with a fix', async () => {
    const { code, stdout, stderr } = await runAdseq(['doctor', '--workspace', folder, '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { healthy, findings } = JSON.parse(stdout) as Examination
    expect(healthy).toBe(true)
    expect(new Set(findings.map(({ check }) => check))).toEqual(
      new Set(['node', 'packages', 'sqlite', 'usearch', 'engines', 'gpu', 'disk', 'settings', 'database', 'runs']),
    )
    for (const { status, fix } of findings) if (status !== 'ok') expect(fix).toBeTruthy()
  })

  it('damage gives exit code 2 and is named for people too, without escape codes', async () => {
    await runAdseq(['generate-data', '--preset', 'tiny', '-q', '--workspace', folder])
    truncateSync(join(folder, 'adseq.db'), 4096 * 50)
    writeFileSync(join(folder, 'adseq.yaml'), 'modle: {}\n')
    const { code, stdout, stderr } = await runAdseq(['doctor', '--workspace', folder])
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
    expect(stdout).toMatch(/^FAILED +settings .*modle/m)
    expect(stdout).toMatch(/^FAILED +database .*damaged/m)
    expect(stdout).toContain('2 failed')
    expect(stdout).not.toContain('\u001B')
  })

  it('--engine runs the contract of that engine', async () => {
    const { code, stdout } = await runAdseq(['doctor', '--engine', 'onnx', '--json'])
    const { healthy, findings } = JSON.parse(stdout) as Examination
    expect({ code, healthy }).toEqual({ code: 0, healthy: true })
    expect(findings.map(({ check }) => check)).toContain('train step')
    expect(findings.length).toBeGreaterThan(30)
  })

  it("an engine that does not exist is the user's mistake", async () => {
    expect((await runAdseq(['doctor', '--engine', 'abacus'])).code).toBe(2)
  })
})
