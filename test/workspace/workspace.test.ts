import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import type { Queries } from '../../src/protocol/queries.js'
import { openStore } from '../../src/store/open.js'
import { Workspace, inWorkspace } from '../../src/workspace/workspace.js'
import { queriesAt } from '../fixtures/histories.js'
import { fillWorkspace, tinyConfig, trainIn } from '../fixtures/trained-workspace.js'

const config = tinyConfig('engine.threads=1')
const folder = mkdtempSync(join(tmpdir(), 'adseq-workspace-'))
let run = ''

beforeAll(async () => {
  fillWorkspace(folder)
  run = await trainIn(folder, 'item', config)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const isOpen = ({ store }: Workspace): boolean => {
  try {
    return store.counts().users > 0
  } catch (error) {
    expect((error as Error).message).toContain('not open')
    return false
  }
}
/** Whether any connection to the database is open: the last one to close takes the log away. */
const inUse = (): boolean => existsSync(join(folder, 'adseq.db-wal'))

describe('a workspace', () => {
  it('that is not there is refused, and nothing is made', async () => {
    const nowhere = join(folder, 'nowhere')
    expect(() => new Workspace(nowhere, { config })).toThrow(UserError)
    await expect(inWorkspace(nowhere, { config }, async () => 1)).rejects.toThrow('There is no data')
    expect(existsSync(nowhere)).toBe(false)
  })

  it('gives what its work gives, and is closed after', async () => {
    let opened: Workspace | undefined
    const users = await inWorkspace(folder, { config }, async (workspace) => {
      opened = workspace
      expect([isOpen(workspace), inUse()]).toEqual([true, true])
      return workspace.snapshot.users
    })
    expect(users).toBe(40)
    expect([isOpen(opened!), inUse()]).toEqual([false, false])
  })

  it('is closed when its work fails, and the error is that of the work', async () => {
    const error = new Error('stop')
    let opened: Workspace | undefined
    const failing = inWorkspace(folder, { config }, async (workspace) => {
      opened = workspace
      await workspace.run(run, 'item')
      throw error
    })
    await expect(failing).rejects.toBe(error)
    expect([isOpen(opened!), inUse()]).toEqual([false, false])
  })

  it('is closed when what it opens fails: a run that is not there, an engine that is not', async () => {
    await expect(inWorkspace(folder, { config }, (workspace) => workspace.run('item-x', 'item'))).rejects.toThrow(
      'There is no run item-x',
    )
    const without = { config: { ...config, engine: { ...config.engine, name: 'none' as 'onnx' } } }
    await expect(inWorkspace(folder, without, (workspace) => workspace.run(run, 'item'))).rejects.toThrow(
      'There is no engine none',
    )
    expect(inUse()).toBe(false)
  })

  it('can be closed twice, and while a run is being loaded', async () => {
    const workspace = new Workspace(folder, { config })
    await workspace.run(run, 'item')
    await workspace.products(8)
    await workspace.close()
    await workspace.close()
    expect([isOpen(workspace), inUse()]).toEqual([false, false])
    const hasty = new Workspace(folder, { config })
    const loading = hasty.run(run, 'item')
    await hasty.close()
    await loading
    expect(inUse()).toBe(false)
  })

  it('to look at is never written to, and does not wait for someone who writes', async () => {
    const writing = openStore(folder)
    const reading = writing.transaction(() => {
      writing.setWatermark('another-run', 7)
      const started = performance.now()
      const opened = new Workspace(folder, { config, readonly: true })
      // what is not committed is not seen
      expect([opened.store.watermark('another-run'), opened.snapshot.users]).toEqual([0, 40])
      // a writer would be waited for ten seconds
      expect(performance.now() - started).toBeLessThan(5000)
      return opened
    })
    expect(() => reading.store.setWatermark('run', 1)).toThrow('readonly')
    await reading.close()
    writing.close()
  })
})

describe('what a workspace opens', () => {
  it('is opened once, and only what is asked for', () =>
    inWorkspace(folder, { config, readonly: true }, async (workspace) => {
      expect('eventTime' in workspace.catalog).toBe(false)
      expect(workspace.catalog).toBe(workspace.catalog)
      expect(workspace.snapshot).toBe(workspace.snapshot)
      // all there is to know is known: it is not read again
      expect(workspace.catalog).toBe(workspace.snapshot)
      expect(await workspace.run(run, 'item')).toBe(await workspace.run(run, 'item'))
      expect(await workspace.products(8)).toBe(await workspace.products(8))
      expect(await workspace.products(8)).not.toBe(await workspace.products(4))
      expect(await workspace.engine()).toBe(await workspace.engine())
      expect(await workspace.run(run, 'item', 'selected')).not.toBe(await workspace.run(run, 'item'))
    }))

  it('to encode users alone encodes them alike, without any history read', () =>
    inWorkspace(folder, { config, readonly: true }, async (looking) => {
      const { encoder } = await looking.userTower(run, 'item')
      const other = await looking.run(run, 'item')
      const queries: Queries = queriesAt(looking.snapshot, other.manifest.cutoff)
      expect(await encoder.encodeUsers(queries)).toEqual(await other.encoder.encodeUsers(queries))
      await expect(encoder.encodeEntries(Int32Array.of(0), 0)).rejects.toThrow('users alone')
    }))

  it('is lent for a while: another model of the run, which is freed whatever becomes of its use', () =>
    inWorkspace(folder, { config, readonly: true }, async (workspace) => {
      const queries = queriesAt(workspace.snapshot, (await workspace.run(run, 'item')).manifest.cutoff)
      const own = await (await workspace.run(run, 'item')).encoder.encodeUsers(queries)
      let freed = 0
      const lent = await workspace.lend(run, 'item', 'selected', async (selected) => {
        const { dispose } = selected
        selected.dispose = () => (freed++, dispose())
        return selected.encoder.encodeUsers(queries)
      })
      expect([lent.length, freed]).toEqual([own.length, 1])
      expect(lent).not.toEqual(own)
      await expect(
        workspace.lend(run, 'item', 'selected', async (selected) => {
          const { dispose } = selected
          selected.dispose = () => (freed++, dispose())
          throw new Error('stop')
        }),
      ).rejects.toThrow('stop')
      expect(freed).toBe(2)
      // and the run itself is there as before
      expect(await (await workspace.run(run, 'item')).encoder.encodeUsers(queries)).toEqual(own)
    }))
})
