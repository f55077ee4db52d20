import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {complete} from '../../../src/cli/complete/complete.js'
import {recentJobs} from '../../../src/cli/complete/recent-jobs.js'
import {SHELLS, shellScript} from '../../../src/cli/complete/shell-scripts.js'
import {instant} from '../../../src/core/brand.js'
import {commandTable} from '../../../src/plugin/command-table.js'
import {COMMANDS} from '../../support/commands.js'
import {BIN, ROOT, run} from '../../support/god.js'
import {siteForAll, siteForEach, type TestSite} from '../../support/site.js'
import {skip} from '../../support/skip.js'

const JOBS = [
  {id: 9, name: 'train', state: 'running'},
  {id: 7, name: 'train', state: 'pending'},
  {id: 3, name: 'clean', state: 'held'},
]

const words = (...typed: readonly string[]): readonly string[] =>
  complete({commands: commandTable([ROOT]), jobs: () => JOBS, queues: () => ['default', 'long']}, typed).map(
    ({word}) => word,
  )

describe('what Tab offers', () => {
  it('is every command, and help', () => {
    const firsts = new Set([...COMMANDS.map(id => id.split(' ')[0] ?? ''), 'help'])
    assert.deepEqual([...words('')].sort(), [...firsts].sort())
    assert.deepEqual([...words('help', '')].sort(), [...firsts].sort())
  })

  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['sus', ['suspend']],
    ['bogus', []],
    ['bogus ', []],
    ['plugins unin', ['uninstall']],
    ['help plugins unin', ['uninstall']],
    ['plugins install --sys', ['--system']],
    ['stat --hea', ['--header']],
    ['watch --no-s', ['--no-schedule']],
    ['stat --nonsense', []],
    ['stat --color a', ['auto', 'always']],
    ['stat --color=al', ['--color=always']],
    ['stat --color = al', ['always']],
    ['stat --color =', ['auto', 'always', 'never']],
    ['stat -t pen', ['pending']],
    ['stat -t pending,ru', ['pending,running']],
    ['stat -at ov', ['over']],
    ['stat -o id,na', ['id,name']],
    ['stat -S subm', ['submitted']],
    ['kill --signal SIGK', ['SIGKILL']],
    ['init --executor f', ['fake']],
    ['config exec', ['executor']],
    ['autocomplete z', ['zsh']],
    ['kill ', ['9', '7', '3', 'last']],
    ['kill 3 ', ['9', '7', '3', 'last']],
    ['show 7', ['7']],
    ['wait @', ['@train', '@clean']],
    ['kill @ cl', ['clean']],
    ['kill --reason ', []],
    ['stat -j ', ['9', '7', '3', 'last']],
    ['submit -- ', []],
    ['submit -i ', []],
  ]
  for (const [typed, found] of rows)
    it(`after 'god ${typed}' is ${found.join(', ') || 'files'}`, () =>
      assert.deepEqual(words(...typed.split(' ')), found))

  it('asks for jobs only where they may stand', () => {
    const jobs = () => assert.fail('asked')
    for (const typed of ['', 'ki', 'kill --si', 'submit '])
      complete({commands: commandTable([ROOT]), jobs, queues: jobs}, typed.split(' '))
  })
})

describe('the table of commands', () => {
  const held = siteForEach()

  it('has those of plugins behind ours, and leaves out what is damaged or has none', () => {
    const {folder} = held.site
    const plugin = (name: string, text: string): string => {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'oclif.manifest.json'), text)
      return join(folder, name)
    }
    const good = plugin(
      'good',
      '{"commands":{"extra":{"id":"extra","flags":{}},"stat":{"id":"stat","summary":"evil"}}}',
    )
    const table = commandTable([ROOT, good, plugin('torn', '{"comm'), join(folder, 'absent')])
    assert.ok(table.some(({id}) => id === 'extra'))
    assert.deepEqual(
      table.flatMap(({id, summary}) => (id === 'stat' ? [summary.split(':')[0]] : [])),
      ['Show jobs'],
    )
  })
})

describe('the newest of my jobs', () => {
  const held = siteForEach()

  it('are a few, newest first, admitted or not', async () => {
    const {site} = held
    for (let i = 0; i < 32; i++) await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    await site.submit()
    // Else a busy machine may have no time for all thirty.
    const jobs = recentJobs({...site.open(), now: () => instant(0)})
    assert.deepEqual([jobs.length, jobs[0]?.id, jobs[0]?.state, jobs[1]?.id], [30, 33, 'pending', 32])
  })

  it('are looked for no longer than a moment, the newest always, and among no more than a hundred', async () => {
    const {site} = held
    for (let i = 0; i < 3; i++) await site.submit()
    await site.pass()
    const open = site.open()
    let now = 0
    const tick = () => {
      now += 60
      return instant(now)
    }
    const slow = {...open, now: tick}
    assert.deepEqual(
      recentJobs(slow).map(({id}) => id),
      [3],
    )
    let read = 0
    const none = () => {
      read++
      return null
    }
    recentJobs({...open, now: () => instant(0), jobs: {...open.jobs, read: none}})
    assert.equal(read, 3)
  })
})

describe('Tab in a shell', () => {
  const held = siteForAll()
  before(async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    mkdirSync(join(site.folder, 'bin'))
    symlinkSync(BIN, join(site.folder, 'bin', 'god'))
  })

  const withGod = (site: TestSite) => ({env: {PATH: `${join(site.folder, 'bin')}:${process.env.PATH}`}})

  const inBash = (site: TestSite, ...typed: readonly string[]) => {
    const script = `eval "$(god autocomplete bash)"; COMP_WORDS=(god ${typed.map(word => `'${word}'`).join(' ')})
COMP_CWORD=${typed.length}; _god god; printf '%s\\n' "\${COMPREPLY[@]}"`
    return site.shell(script, withGod(site))
  }

  /** As the completion system calls it, which itself wants a terminal. */
  const inZsh = (site: TestSite, ...typed: readonly string[]) => {
    const words = typed.map(word => `'${word}'`).join(' ')
    const script = `_describe() { print -rl -- "\${(P@)2}" }; _files() { print files }
eval "$(god autocomplete zsh)"; words=(god ${words}); CURRENT=${typed.length + 1}; _god`
    return run('zsh', ['-f', '-c', script], site.options(withGod(site))).done
  }

  const inFish = (site: TestSite, line: string) => {
    const script = `god autocomplete fish | source; complete -C"${line}"`
    return run('fish', ['--no-config', '-c', script], site.options(withGod(site))).done
  }

  /** Skips, and says so. */
  const needs = (test: Mocha.Context, shell: string): void => {
    if (spawnSync(shell, ['--version']).error !== undefined) skip(test, `needs ${shell}`)
  }

  it('is served in bash', async () => {
    const {site} = held
    assert.deepEqual(await inBash(site, 'stat', '-t', 'runn'), {stdout: 'running\n', stderr: '', code: 0})
    assert.equal((await inBash(site, 'kill', '')).stdout, '1\nlast\n')
    assert.equal((await inBash(site, 'kill', '@', 'tr')).stdout, 'true\n')
  })

  it('is served in zsh', async function () {
    needs(this, 'zsh')
    const {site} = held
    assert.deepEqual(await inZsh(site, 'stat', '-t', 'runn'), {
      stdout: 'running:\n',
      stderr: '',
      code: 0,
    })
    assert.match((await inZsh(site, 'kill', '')).stdout, /^1:true \(running\)\nlast:/)
    assert.equal((await inZsh(site, 'submit', './x')).stdout, 'files\n')
  })

  it('is served in fish, with files where it has nothing better', async function () {
    needs(this, 'fish')
    const {site} = held
    assert.deepEqual(await inFish(site, 'god stat -t runn'), {stdout: 'running\n', stderr: '', code: 0})
    assert.match((await inFish(site, 'god kill ')).stdout, /^1\ttrue \(running\)\nlast\t[^\n]*\n$/)
    writeFileSync(join(site.work, 'analyse.sh'), '')
    assert.equal((await inFish(site, 'god submit ./ana')).stdout, './analyse.sh\n')
  })

  it('is never disturbed: where something is wrong nothing is said', async () => {
    const {site} = held
    for (const env of [{GOD_SHARED_DIR: '/nonexistent'}, {GOD_EXECUTOR: '\u0001'}, {HOME: undefined}])
      for (const typed of [['kill', ''], [], ['--', '--', '-'], ['stat', '--dir']]) {
        const {stderr, code} = await site.god(['__complete', ...typed], {env})
        assert.deepEqual([stderr, code], ['', 0])
      }
  })

  it('takes the directory that is named on the line', async () => {
    const {site} = held
    const env = {GOD_SHARED_DIR: undefined}
    for (const named of [['--dir', site.dir], [`--dir=${site.dir}`]])
      assert.match(
        (await site.god(['__complete', 'kill', ...named, ''], {env})).stdout,
        /^1\ttrue \(running\)\n/,
      )
  })

  for (const shell of SHELLS)
    it(`has a script for ${shell}, also by what SHELL says`, async () => {
      const {site} = held
      assert.equal((await site.here(['autocomplete', shell])).stdout, shellScript(shell))
      assert.equal(
        (await site.here(['autocomplete'], {env: {SHELL: `/usr/bin/${shell}`}})).stdout,
        shellScript(shell),
      )
    })

  it('offers the queues of the site', () => {
    assert.deepEqual(words('submit', '-q', ''), ['default', 'long'])
    assert.deepEqual(words('stat', '--queue', 'default,l'), ['default,long'])
  })

  it('loads no parser, no colours, no tables: it must be there at once', () => {
    interface Made {
      readonly imports: readonly {readonly path: string; readonly kind: string}[]
      readonly inputs: Readonly<Record<string, object>>
    }
    const {outputs} = JSON.parse(readFileSync(`${ROOT}dist/metafile.json`, 'utf8')) as {
      outputs: Record<string, Made>
    }
    const seen = new Set<string>()
    const follow = (path: string): void => {
      if (seen.has(path)) return
      seen.add(path)
      for (const {path: next, kind} of outputs[path]?.imports ?? [])
        if (kind === 'import-statement') follow(next)
    }
    follow('dist/src/cli/complete/main.js')
    const inputs = [...seen].flatMap(path => Object.keys(outputs[path]?.inputs ?? {}))
    assert.ok(inputs.includes('src/cli/complete/complete.ts'))
    assert.deepEqual(
      inputs.filter(path => /node_modules\/(@oclif|chalk|cli-table3|dockerode|ajv)\//.test(path)),
      [],
    )
  })
})
