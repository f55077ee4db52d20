/** What authors of plugins have: skeletons that work, a judgement, and the contracts under any runner. */
import assert from 'node:assert/strict'
import {execFile} from 'node:child_process'
import {mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {promisify} from 'node:util'
import {schedulerContract, trialHost} from '@god-cli/api/testing'
import {copyPlugin, SHORTEST} from '../../support/fixture-plugin.js'
import {ROOT} from '../../support/god.js'
import {siteForEach} from '../../support/site.js'

const KINDS = ['scheduler', 'executor', 'auth'] as const

/** As npm would install it. */
const withApi = (folder: string): void => {
  mkdirSync(join(folder, 'node_modules/@god-cli'), {recursive: true})
  symlinkSync(join(ROOT, 'plugins/api'), join(folder, 'node_modules/@god-cli/api'))
}

/** `node --test` in a folder, with nothing of this runner's. */
const nodeTest = async (folder: string): Promise<{stdout: string; code: number}> => {
  const env = {PATH: process.env.PATH, HOME: folder}
  try {
    const {stdout} = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap'], {
      cwd: folder,
      env,
    })
    return {stdout, code: 0}
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return {stdout: String(error.stdout), code: 1}
    throw error
  }
}

/** The titles of a contract, as a runner is given them. */
const titles = (): readonly string[] => {
  const found: string[] = []
  schedulerContract(
    title => found.push(title),
    () => ({order: () => []}),
  )
  return found
}

describe('the contract of schedulers', () => {
  const held = siteForEach()

  it('runs under the runner that comes with node, each case a test of it', async () => {
    const folder = copyPlugin(held.site.work)
    withApi(folder)
    const {stdout, code} = await nodeTest(folder)
    assert.equal(code, 0, stdout)
    assert.ok(titles().length >= 9)
    for (const title of titles()) assert.match(stdout, new RegExp(`^ *ok \\d+ - ${title}$`, 'm'))
    assert.match(stdout, new RegExp(`^# pass ${titles().length}$`, 'm'))
  })

  it('fails under it where a scheduler is wrong', async () => {
    const folder = copyPlugin(held.site.work)
    withApi(folder)
    writeFileSync(join(folder, 'index.js'), 'export default () => ({order: () => []})')
    const {stdout, code} = await nodeTest(folder)
    assert.equal(code, 1)
    assert.match(stdout, /^not ok \d+ - a scheduler returns every id it was given once, and no other$/m)
  })
})

describe('the contract of schedulers under mocha, kept by the plugin of a third party', async () => {
  const {default: create} = await import(
    pathToFileURL(join(ROOT, 'test/fixtures', SHORTEST, 'index.js')).href
  )
  schedulerContract(it, () => create(trialHost()))
})

describe('god plugins create', () => {
  const held = siteForEach()

  for (const kind of KINDS) {
    it(`writes ${kind === 'scheduler' ? 'a' : 'an'} ${kind} that passes its own test and the judgement`, async () => {
      const {site} = held
      const {stdout, code} = await site.here(['plugins', 'create', kind, 'night'])
      const folder = join(site.work, `god-${kind}-night`)
      assert.deepEqual([stdout, code], [`${folder}\n`, 0])
      for (const name of readdirSync(folder))
        assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /NAME/)
      withApi(folder)
      const ran = await nodeTest(folder)
      assert.equal(ran.code, 0, ran.stdout)
      assert.match(ran.stdout, /^# pass ([1-9]\d+)$/m)
      const judged = await site.here(['plugins', 'check', folder])
      assert.equal(judged.code, 0, judged.stdout)
    })

    it(`writes ${kind} code that the API's types accept`, async () => {
      const {site} = held
      await site.here(['plugins', 'create', kind, 'night'])
      const folder = join(site.work, `god-${kind}-night`)
      withApi(folder)
      symlinkSync(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'))
      const options = [
        '--allowJs',
        '--checkJs',
        '--strict',
        '--noEmit',
        '--skipLibCheck',
        '--module',
        'nodenext',
      ]
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
      const {stdout} = await promisify(execFile)(
        process.execPath,
        [tsc, ...options, '--types', 'node', 'index.js'],
        {cwd: folder},
      ).catch(error => ({stdout: String(error.stdout)}))
      assert.equal(stdout, '')
    })
  }

  it('writes over nothing, and only what can be named', async () => {
    const {site} = held
    await site.here(['plugins', 'create', 'auth', 'x'])
    const again = await site.here(['plugins', 'create', 'auth', 'x'])
    assert.equal(again.code, 1)
    assert.match(again.stderr, /god-auth-x is there already\./)
    for (const [kind, name] of [
      ['oracle', 'x'],
      ['auth', '../x'],
      ['auth', 'X'],
      ['auth', ''],
    ] as const)
      assert.equal((await site.here(['plugins', 'create', kind, name])).code, 2, `${kind} ${name}`)
    assert.deepEqual(readdirSync(site.work), ['god-auth-x'])
  })
})

describe('god plugins check', () => {
  const held = siteForEach()
  const check = async (...args: readonly string[]) => {
    const {stdout, code} = await held.site.here(['plugins', 'check', ...args])
    return {
      code,
      bad: stdout
        .split('\n')
        .filter(line => line.startsWith('FAIL'))
        .join('\n'),
    }
  }
  const changed = (from: string, to: string, file = 'package.json'): string => {
    const folder = copyPlugin(held.site.work)
    const path = join(folder, file)
    const text = readFileSync(path, 'utf8')
    assert.ok(text.includes(from))
    writeFileSync(path, text.replace(from, to))
    return folder
  }

  it('finds nothing wrong with a good plugin, with and without options', async () => {
    const folder = copyPlugin(held.site.work)
    assert.deepEqual(await check(folder), {code: 0, bad: ''})
    assert.deepEqual(await check('--option', 'unlimited=60', folder), {code: 0, bad: ''})
  })

  const faults: readonly (readonly [string, string, string, string | undefined, RegExp])[] = [
    ['of another api', '"api": 1', '"api": 7', undefined, /made for plugin api 7; this god offers 1/],
    ['that oclif would not take', '"oclif": {},', '', undefined, /no "oclif" key/],
    ['that provides nothing', '"god": {', '"good": {', undefined, /no "god" block/],
    ['with a word too many', '"god": {', '"god": {"wishes": 1,', undefined, /"god" block is wrong: .*wishes/],
    [
      'whose entry is missing',
      './index.js",\n        "summ',
      './main.js",\n        "summ',
      undefined,
      /does not load/,
    ],
    ['that exports no factory', 'export default create', '', 'index.js', /exports no factory/],
    [
      'whose schema is none',
      '"type": "object"',
      '"type": "thing"',
      'options.schema.json',
      /schema .* is wrong/,
    ],
    [
      'that lies about the queue',
      '.map(({id}) => id)',
      '.map(({id}) => id + 1)',
      'index.js',
      /not so: a scheduler/,
    ],
    [
      'that changes what it is given',
      '[...pending].sort',
      'pending.sort',
      'index.js',
      /leaves its input as it was/,
    ],
  ]
  for (const [what, from, to, file, said] of faults) {
    it(`names the fault of one ${what}`, async () => {
      const {code, bad} = await check(changed(from, to, file))
      assert.equal(code, 1)
      assert.match(bad, said)
    })
  }

  it('says which option is wrong', async () => {
    const {code, bad} = await check('--option', 'unlimited=much', copyPlugin(held.site.work))
    assert.equal(code, 1)
    assert.match(bad, /unlimited = "much", but it must be integer/)
    assert.equal((await check('--option', 'unlimited')).code, 2)
  })
})
