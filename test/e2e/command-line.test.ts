import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { execa } from 'execa'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OWN_FOLDER } from '../../src/core/own-folder.js'
import { openDatabase } from '../../src/store/sqlite.js'
import { commandLine, runAdseq, type Finished } from './run-adseq.js'
import { cutSample } from './sample.js'

const folder = mkdtempSync(join(tmpdir(), 'adseq-e2e-'))
const workspace = join(folder, 'workspace')
const { version } = JSON.parse(readFileSync(join(OWN_FOLDER, 'package.json'), 'utf8')) as { version: string }

beforeAll(async () => {
  const files = cutSample(workspace)
  for (const args of [['import', 'csv', ...files], ['train', 'item'], ['train', 'advertiser'], ['infer'], ['index']]) {
    const { code, stderr } = await runAdseq([...args, '-q', '--workspace', workspace])
    expect(code, stderr).toBe(0)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the one JSON object on stdout says of an error. */
function errorOf({ code, stdout, stderr }: Finished): { message: string; hint: string; meaning: string } {
  const { error, ...rest } = JSON.parse(stdout) as { error: { exitCode: number } & ReturnType<typeof errorOf> }
  expect({ rest, stderr }).toEqual({ rest: {}, stderr: '' })
  expect(error.exitCode).toBe(code)
  return error
}

describe('words before a command', () => {
  it.each([['help'], ['-h'], ['--help'], []])('%s lists the commands in the order of the work', async (...args) => {
    const { code, stdout } = await runAdseq(args)
    expect(code).toBe(0)
    const at = ['quickstart', 'init', 'import', 'train', 'infer', 'index', 'eval', 'serve'].map((name) =>
      stdout.search(new RegExp(`^  ${name} `, 'm')),
    )
    expect(at).toEqual([...at].sort((a, b) => a - b))
    expect(at[0]).toBeGreaterThan(0)
  })

  it.each([
    ['help', 'train'],
    ['train', '-h'],
    ['train', '--help'],
  ])('%s %s tells its flags', async (...args) => {
    const { code, stdout } = await runAdseq(args)
    expect(code).toBe(0)
    expect(stdout).toMatch(/\$ adseq train KIND/)
    expect(stdout).toContain('--engine')
  })

  it.each([['version'], ['--version'], ['-v']])('%s', async (...args) => {
    const { code, stdout } = await runAdseq(args)
    expect([code, stdout]).toEqual([0, expect.stringMatching(new RegExp(`^adseq/${version} `))])
  })
})

describe('what is mistyped is answered with the nearest right word, exit code 2, and --json with one object', () => {
  it.each([
    [['trian', 'item'], 'There is no command trian.', 'adseq train'],
    [['engine', 'lnk'], 'There is no command engine lnk.', 'adseq engine link'],
    [['help', 'generat'], 'There is no command generat.', 'adseq generat'],
    [['--versoin'], 'There is no flag --versoin before a command.', '--version'],
    [['train', 'itme'], 'The argument is itme, not one of item, advertiser, l1.', 'Did you mean item?'],
    [['train', 'item', '--enigne', 'onnx'], 'There is no flag --enigne.', '--engine'],
    [['train', 'item', '--steps=9'], 'There is no flag --steps=9.', '--set train.steps=9'],
    [
      ['train', 'item', '--engine', 'onx'],
      '--engine is onx, not one of auto, onnx, eager, tensorflow.',
      '--engine onnx',
    ],
    [['generate-data', '--preset', 'smal'], '--preset is smal', '--preset small'],
    [['train'], 'adseq train needs item, advertiser or l1.', 'adseq train --help'],
    [['inspect'], 'adseq inspect needs data, user, item or advertiser.', 'adseq inspect --help'],
    [['inspect', 'user', '3', '--k', 'ten'], 'Parsing --k: Expected an integer but received: ten.', '--help'],
    [['reproduce'], 'adseq reproduce needs --budget.', 'adseq reproduce --help'],
    [['train', 'item', 'more'], 'Unexpected argument: more.', 'adseq train --help'],
  ])('%j', async (args, message, hint) => {
    const [plain, json] = await Promise.all([runAdseq(args), runAdseq([...args, '--json'])])
    expect([plain.code, plain.stdout]).toEqual([2, ''])
    const lines = plain.stderr.split('\n')
    expect(lines).toEqual([expect.stringContaining(`Error: ${message}`), expect.stringMatching(/^Try: {3}\S/)])
    expect(lines[1]).toContain(hint)
    expect(errorOf(json)).toEqual({
      message: lines[0].slice(7),
      hint: lines[1].slice(7),
      exitCode: 2,
      meaning: 'a mistake that the user can mend',
    })
  })
})

describe('a command line of 40 kB', () => {
  it('does not crash ONNX Runtime, in the main thread or in another', async () => {
    const long = `${folder}/${'./'.repeat(20_000)}workspace`
    const tried = await runAdseq(['try', '--user', '3', '--drop', '1', '--workspace', long, '-q'])
    expect([tried.code, tried.stderr]).toEqual([0, ''])
    const trained = await runAdseq(['train', 'item', '-q', '--study', 'long', '--workspace', long])
    expect([trained.code, trained.stderr]).toEqual([0, ''])
  })

  it('has no more events than a posted history may have', async () => {
    const history = Array.from({ length: 4000 }, () => 'view:1').join()
    const result = await runAdseq(['try', history, '--json', '--workspace', workspace])
    expect(errorOf(result).message).toBe('The made-up history has 4,000 events, and at most 1,000 are taken.')
  })
})

it('ONNX Runtime leaves nothing in the home folder, and has nothing to report', async () => {
  const home = join(folder, 'home')
  mkdirSync(home)
  const { code } = await runAdseq(['inspect', 'user', '3', '--workspace', workspace], {
    HOME: home,
    XDG_CACHE_HOME: join(home, '.cache'),
  })
  expect(code).toBe(0)
  expect(existsSync(join(home, '.cache', 'Microsoft'))).toBe(false)
})

describe('modules of another Node', () => {
  const broken = (module: string, args: string[]): Promise<Finished> =>
    runAdseq([...args, '--workspace', workspace, '--json'], {
      NODE_OPTIONS: `--require ${join(import.meta.dirname, 'broken-module.cjs')}`,
      BROKEN_MODULE: module,
    })
  const NEEDS = {
    'better-sqlite3': [
      ['generations'],
      ['inspect', 'user', '3'],
      ['train', 'item'],
      ['import', 'csv', join(workspace, 'items.csv')],
    ],
    usearch: [['index']],
    onnxruntime: [['inspect', 'user', '3'], ['train', 'item'], ['infer', '--full'], ['eval']],
  }
  const each = Object.entries(NEEDS).flatMap(([module, commands]) => commands.map((args) => [module, args] as const))

  it.each(each)('%s, %j', async (module, args) => {
    const { message, hint } = errorOf(await broken(module, args))
    expect(message).toBe(`adseq was installed for another Node than this one (${process.version}).`)
    expect(hint).toContain(`Run npm ci in ${OWN_FOLDER}`)
  })

  it.each(Object.keys(NEEDS))('%s, in doctor', async (module) => {
    const { code, stdout } = await broken(module, ['doctor'])
    expect(code).toBe(2)
    const { findings } = JSON.parse(stdout) as { findings: { status: string; message: string; fix?: string }[] }
    const failed = findings.filter(({ status }) => status === 'failed')
    expect(failed.map(({ message }) => message).join()).toContain('adseq was installed for another Node')
    expect(failed.map(({ message }) => message).join()).not.toContain('The check itself broke')
    expect(failed.map(({ fix }) => fix).join()).toContain('Run npm ci')
  })
})

describe('a workspace that this user cannot write', () => {
  const root = process.getuid?.() === 0
  const readonly = join(folder, 'readonly')

  beforeAll(async () => {
    cpSync(workspace, readonly, { recursive: true })
    // as a workspace that was copied, or whose last user closed it, is: without the files of the log
    const db = openDatabase(join(readonly, 'adseq.db'))
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.close()
    for (const file of ['adseq.db-wal', 'adseq.db-shm']) rmSync(join(readonly, file), { force: true })
    await chmod(folder, 0o755)
    await execa('chmod', ['-R', 'a+rX,a-w', readonly])
  })
  afterAll(async () => {
    await execa('chmod', ['-R', 'u+w', readonly])
  })

  /** As a user who owns nothing of it: nobody, where the tests are run by root. */
  async function look(...args: string[]): Promise<Finished> {
    const { command, args: all } = commandLine([...args, '--workspace', readonly])
    const as = root ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
    const [file, ...rest] = [...as, command, ...all]
    const { exitCode, stdout, stderr } = await execa(file, rest, {
      reject: false,
      cwd: '/',
      env: { HOME: '/nonexistent', ADSEQ_WORKSPACE: undefined },
    })
    return { code: exitCode, stdout, stderr }
  }

  it.each([
    [['inspect', 'user', '3']],
    [['try', '--user', '3', '--drop', '1']],
    [['generations']],
    [['tui']],
    [['eval', 'item', '--models-only']],
  ])('%j only looks', async (args) => {
    const [here, there] = await Promise.all([
      runAdseq([...args, '--json', '--workspace', workspace]),
      look(...args, '--json'),
    ])
    expect([there.code, there.stderr]).toEqual([0, ''])
    // a report that is not kept names no file with the hits of each user
    const told = (text: string): unknown => ({
      ...JSON.parse(text.replace(/"seconds": [\d.]+/g, '"seconds": 0')),
      hits: undefined,
    })
    expect(told(there.stdout)).toEqual(told(here.stdout))
  })

  it('eval says that its report is not kept', async () => {
    const { code, stderr } = await look('eval', 'item', '--models-only')
    expect([code, stderr]).toEqual([0, expect.stringMatching(/report is not kept in .*read-only/)])
  })

  it.each([
    [['train', 'item']],
    [['infer']],
    [['index']],
    [['generate-data', '--preset', 'tiny', '--append']],
    [['generations', 'activate', 'x']],
    [['init', '--force']],
  ])('%j refuses, and says what to do', async (args) => {
    const { message, hint } = errorOf(await look(...args, '--json'))
    expect(message).toMatch(/is read-only\.$/)
    expect(hint).toMatch(/^Copy .* or mend the permissions/)
  })

  it('doctor finds it', async () => {
    const { stdout } = await look('doctor', '--json')
    const { findings } = JSON.parse(stdout) as { findings: { check: string; status: string; message: string }[] }
    expect(findings.filter(({ check }) => check === 'disk')).toMatchObject([
      { status: 'failed', message: `${readonly} cannot be written.` },
    ])
    expect(findings.filter(({ check }) => ['database', 'generation', 'runs'].includes(check))).toMatchObject([
      { status: 'ok' },
      { status: 'ok' },
      { status: 'ok' },
    ])
  })
})
