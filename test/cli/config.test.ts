import assert from 'node:assert/strict'
import {chmodSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {isSettingKey, parseSettings, SETTINGS, showSetting} from '../../src/core/settings/settings.js'
import {siteForEach} from '../support/site.js'

describe('god config', () => {
  const held = siteForEach()

  it('is a line a setting: name, value, where it comes from', async () => {
    const {site} = held
    site.configure(['executor = fake', '', 'network = none', '[plugin.fake]', 'node_cpus = 8000'])
    const {stdout, stderr, code} = await site.here(['config'], {env: {GOD_PIDS_LIMIT: '64'}})
    const file = site.layout.config
    assert.deepEqual([code, stderr], [0, `${site.dir} (named by GOD_SHARED_DIR)\n`])
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map(line => line.split('\t'))
    const {settings} = parseSettings([])
    const said: Readonly<Record<string, readonly string[]>> = {
      executor: ['fake', `${file}:1`],
      network: ['none', `${file}:3`],
      pids_limit: ['64', 'GOD_PIDS_LIMIT'],
    }
    const keys = Object.keys(SETTINGS).filter(isSettingKey)
    assert.deepEqual(rows, [
      ...keys.map(key => [key, ...(said[key] ?? [showSetting(settings, key), 'default'])]),
      ['plugin.fake.node_cpus', '8000', `${file}:5`],
    ])
  })

  it('of one setting is its value alone', async () => {
    const {site} = held
    assert.deepEqual(await site.god(['config', 'executor']), {stdout: 'fake\n', stderr: '', code: 0})
    const {stderr, code} = await site.here(['config', 'exectuor'])
    assert.deepEqual([stderr, code], ["god: there is no setting 'exectuor'. Did you mean executor?\n", 2])
  })

  it('is one document', async () => {
    const {site} = held
    interface Config {
      readonly schema: number
      readonly dir: string
      readonly dirOrigin: string
      readonly file: string
      readonly settings: Readonly<Record<string, {readonly value: string; readonly origin: string}>>
    }
    const {schema, dir, dirOrigin, file, settings} = await site.json<Config>(['config'])
    assert.deepEqual([schema, dir, dirOrigin, file], [1, site.dir, 'GOD_SHARED_DIR', site.layout.config])
    assert.deepEqual(Object.keys(settings), Object.keys(SETTINGS))
    assert.deepEqual(settings.executor, {value: 'fake', origin: `${file}:1`})
    assert.deepEqual(settings.network, {value: 'bridge', origin: 'default'})
  })

  it('is the one that GOD_CONFIG names, if it names the directory', async () => {
    const {site} = held
    const file = join(site.folder, 'site.ini')
    writeFileSync(file, `shared_dir = ${site.dir}\nexecutor = process\n`)
    const options = {env: {GOD_CONFIG: file, GOD_SHARED_DIR: undefined}}
    assert.equal((await site.here(['config', 'executor'], options)).stdout, 'process\n')
    assert.equal((await site.here(['config', 'executor', '--dir', site.dir], options)).stdout, 'fake\n')
  })

  it('that is not there is told by all who act by it, for the defaults are in force', async () => {
    const {site} = held
    rmSync(site.layout.config)
    const GOD_EXECUTOR = 'fake'
    const said = /go-d\.ini is not there: the defaults are in force, also for what it set$/m
    for (const args of [
      ['config'],
      ['stat'],
      ['submit', '-i', 'x', 'x'],
      ['schedule'],
      ['watch', '--once'],
    ]) {
      const {stderr, code} = await site.here(args, {env: {GOD_EXECUTOR}})
      assert.equal(code, 0, stderr)
      assert.match(stderr, said, args[0])
    }
    const doctor = await site.here(['doctor'], {env: {GOD_EXECUTOR}})
    assert.equal(doctor.code, 0)
    assert.match(doctor.stdout, /^warn +config +.* is not there.*\n +Restore it/m)
  })

  it('is the one of the nearest .god', async () => {
    const {site} = held
    const options = {cwd: site.folder, env: {GOD_SHARED_DIR: undefined}}
    await site.here(['init', '--executor', 'process'], options)
    assert.equal((await site.here(['config', 'executor'], options)).stdout, 'process\n')
  })

  const bad: readonly (readonly [string, (path: string) => void, RegExp])[] = [
    [
      'an unknown key',
      path => writeFileSync(path, 'executor = fake\nexectuor = x\n'),
      /go-d\.ini:2: there is no setting 'exectuor'\. Did you mean executor\?$/m,
    ],
    [
      'a bad value',
      path => writeFileSync(path, '\n\npids_limit = many\n'),
      /go-d\.ini:3: pids_limit = "many", but a number from 8 to 4194304 is expected\.$/m,
    ],
    [
      'a key that stands twice',
      path => writeFileSync(path, 'executor = a\nexecutor = b\n'),
      /go-d\.ini:2: 'executor' stands twice \(first at .*go-d\.ini:1\)\.$/m,
    ],
    [
      'loose modes',
      path => chmodSync(path, 0o666),
      /go-d\.ini: can be written by others\. Close it: chmod go-w .*go-d\.ini$/m,
    ],
    [
      'an executor that is not there',
      path => writeFileSync(path, 'executor = slurm\n'),
      /no executor plugin provides 'slurm'; there are: docker, process, fake\./,
    ],
  ]
  for (const [title, spoil, message] of bad) {
    it(`with ${title} stops commands and passes, and leaves what is queued`, async () => {
      const {site} = held
      await site.submit()
      spoil(site.layout.config)
      const names = message.source.startsWith('go-d')
        ? [['stat'], ['submit', 'x'], ['schedule']]
        : [['schedule']]
      for (const args of names) {
        const {stdout, stderr, code} = await site.here(args)
        assert.deepEqual([stdout, code], ['', 1], args.join(' '))
        assert.match(stderr, message)
      }
      const {stdout, stderr, code} = await site.here(['doctor'])
      assert.deepEqual([stderr, code], ['', 1])
      assert.match(stdout, /^FAIL +(config|open) +\S/m)
      chmodSync(site.layout.config, 0o600)
      site.configure(['executor = fake', 'default_images = busybox:local', 'node_name = n1'])
      assert.equal((await site.here(['stat', '-Q'])).stdout, '1\n')
    })
  }
})
