import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runAdseq, startAdseq } from './run-adseq.js'

it('demo makes a world from nothing, shows its page, and serves at once the next time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'adseq-demo-'))
  rmSync(folder, { recursive: true })
  // the same steps, smaller models
  const env = {
    ADSEQ_SET: 'model.width=16 model.layers=1 model.feedForward=32 train.rows=64 train.uniformNegatives=64',
  }
  const serves = async (): Promise<string> => {
    const demo = startAdseq(['demo', '--folder', folder, '--port', '0'], env)
    let said = ''
    demo.stdout!.on('data', (text: Buffer) => (said += text.toString()))
    const over = demo.then(({ stderr }) => {
      throw new Error(String(stderr))
    })
    try {
      const url = await Promise.race([
        over,
        new Promise<string>((resolve) =>
          demo.stdout!.on('data', () => {
            const [found] = /http:\/\/[\d.:]+/.exec(said) ?? []
            if (found) resolve(found)
          }),
        ),
      ])
      const page = await fetch(url)
      expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')])
      const answer = await fetch(`${url}/v1/users/u17/candidates?k=5`)
      expect(((await answer.json()) as { items: unknown[] }).items).toHaveLength(5)
    } finally {
      demo.kill('SIGINT')
      over.catch(() => undefined)
    }
    expect((await demo).exitCode).toBe(0)
    return said
  }
  try {
    expect(await serves()).toContain('$ adseq train item')
    expect((await serves()).match(/done before/g)).toHaveLength(7)
    const elsewhere = await runAdseq(['demo', '--folder', tmpdir()])
    expect([elsewhere.code, elsewhere.stderr]).toEqual([2, expect.stringContaining('was not made by a quickstart')])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 240_000)
