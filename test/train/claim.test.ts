import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { claimRun, isClaimed } from '../../src/train/claim.js'
import { inWorkspace } from './settings.js'

it('a run is claimed while another live process trains it, and only then', async () => {
  await inWorkspace(async (folder) => {
    expect(isClaimed(folder)).toBe(false)
    const release = claimRun(folder)
    expect(isClaimed(folder)).toBe(false) // by this very process
    expect(isClaimed(folder, process.ppid)).toBe(true)
    release()
    expect(isClaimed(folder, process.ppid)).toBe(false)
    writeFileSync(join(folder, 'training.pid'), '4194304') // above the largest pid
    expect(isClaimed(folder)).toBe(false)
    writeFileSync(join(folder, 'training.pid'), '')
    expect(isClaimed(folder)).toBe(false)
  })
})
