import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {configText} from '../../../src/cli/init/init.js'
import {isSettingKey, parseSettings, SETTINGS} from '../../../src/core/settings/settings.js'
import {parseAssignments} from '../../../src/host/config-file.js'
import {god, ROOT} from '../../support/god.js'
import {godHere} from '../../support/god-here.js'
import {temporaryFolder} from '../../support/site.js'

describe('god init', () => {
  let folder = ''
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => rmSync(folder, {recursive: true}))

  const init = (...args: readonly string[]) => godHere(['init', ...args], {cwd: folder})

  it('makes .god here, prints its path, and says what is next', async () => {
    const dir = join(folder, '.god')
    const {stdout, stderr, code} = await god(['init'], {cwd: folder})
    assert.deepEqual([stdout, code], [`${dir}\n`, 0])
    assert.match(stderr, /its settings are in .*\/go-d\.ini\.\nNext: 'god doctor'/)
    assert.deepEqual(await god(['stat'], {cwd: folder}), {stdout: '', stderr: '', code: 0})
  })

  it('makes the one that is named, with its parents', async () => {
    assert.equal((await init('a/b', '--executor', 'fake')).stdout, `${join(folder, 'a', 'b')}\n`)
    assert.equal((await init('--dir', join(folder, 'c'))).stdout, `${join(folder, 'c')}\n`)
  })

  it('tells the same as one document', async () => {
    const {stdout, stderr} = await init('x', '--executor', 'fake', '--json')
    const {schema, dir, config, executor, cluster} = JSON.parse(stdout)
    assert.deepEqual(
      [schema, dir, config, executor],
      [1, join(folder, 'x'), join(folder, 'x', 'go-d.ini'), 'fake'],
    )
    assert.equal(cluster, JSON.parse(readFileSync(join(dir, 'FORMAT'), 'utf8')).cluster)
    assert.equal(stderr, '')
  })

  it('says how to name it where it is not found from here', async () => {
    assert.doesNotMatch((await init('--executor', 'fake')).stderr, /Name it/)
    const {stderr} = await init('x', '--executor', 'fake')
    assert.match(
      stderr,
      new RegExp(`^Name it: export GOD_SHARED_DIR=${join(folder, 'x')}, or --dir with each command\\.$`, 'm'),
    )
  })

  it('writes the settings that the example shows', () => {
    const example = readFileSync(join(ROOT, 'shared-dir.example', 'go-d.ini'), 'utf8')
    assert.equal(configText('docker', ['busybox']), example)
  })

  it('takes images that Docker would take', async () => {
    const {stderr, code} = await init('x', '--image', 'a\nexecutor = process')
    assert.deepEqual([code, existsSync(join(folder, 'x'))], [2, false], stderr)
    await init('y', '--executor', 'fake', '--image', 'a', '--image', 'b:1')
    assert.match(readFileSync(join(folder, 'y', 'go-d.ini'), 'utf8'), /^default_images = a, b:1$/m)
  })

  it('closes it to others', async () => {
    await init('x')
    assert.equal(statSync(join(folder, 'x')).mode & 0o777, 0o700)
    for (const name of readdirSync(join(folder, 'x')).filter(entry => !entry.startsWith('FORMAT')))
      assert.equal(statSync(join(folder, 'x', name)).mode & 0o077, 0, name)
  })

  it('touches no directory that is one already', async () => {
    await init('x', '--executor', 'fake')
    const before = readFileSync(join(folder, 'x', 'FORMAT'), 'utf8')
    const {stdout, stderr, code} = await init('x', '--executor', 'process')
    assert.deepEqual([stdout, code], ['', 5])
    assert.match(stderr, /is a shared directory already\. Use it with --dir, or name another place\.$/m)
    assert.equal(readFileSync(join(folder, 'x', 'FORMAT'), 'utf8'), before)
    assert.match(readFileSync(join(folder, 'x', 'go-d.ini'), 'utf8'), /^executor = fake$/m)
  })

  it('goes on where it was interrupted, and keeps a configuration that is there', async () => {
    mkdirSync(join(folder, 'x', 'jobs'), {recursive: true})
    writeFileSync(join(folder, 'x', 'go-d.ini'), 'executor = fake\n')
    assert.equal((await init('x', '--executor', 'process')).code, 0)
    assert.equal(readFileSync(join(folder, 'x', 'go-d.ini'), 'utf8'), 'executor = fake\n')
  })

  it('knows the executors that there are', async () => {
    const {stderr, code} = await init('x', '--executor', 'dokcer')
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^god: no executor plugin provides 'dokcer'; there are: docker, process, fake\. Did you mean docker\?/m,
    )
    assert.equal(existsSync(join(folder, 'x')), false)
  })

  it('says where nothing can be made', async () => {
    writeFileSync(join(folder, 'file'), '')
    for (const place of ['file/x', '/proc/x']) {
      const {stderr, code} = await init(place)
      assert.equal(code, 74, stderr)
      assert.match(stderr, /^god: cannot make .*: E[A-Z]+\. Choose a folder that you may write\.$/m)
    }
    assert.equal((await init('')).code, 2)
  })
})

describe('the configuration that god init writes', () => {
  it('names every setting with its default, its purpose and what it may be', () => {
    const text = configText('fake', [])
    for (const [key, rule] of Object.entries(SETTINGS)) {
      if (key === 'shared_dir') continue
      assert.ok(text.includes(`\n; ${rule.purpose} (${rule.expects})\n`), key)
      assert.match(text, new RegExp(`^;?${key} =`, 'm'))
    }
  })

  it('has in force what was chosen, and that alone', () => {
    const {settings, origins} = parseSettings(parseAssignments('f', configText('fake', ['a', 'b:1'])))
    assert.deepEqual([...origins.keys()].sort(), ['default_images', 'executor'])
    assert.deepEqual([settings.executor, settings.default_images], ['fake', ['a', 'b:1']])
  })

  it('is as good with every line in force', () => {
    const text = configText('docker', ['busybox']).replaceAll(/^;(\w+ =)/gm, '$1')
    const {settings, origins} = parseSettings(parseAssignments('f', text))
    assert.equal(origins.size, Object.keys(SETTINGS).length - 1)
    for (const key of Object.keys(SETTINGS).filter(isSettingKey))
      if (key !== 'default_images') assert.deepEqual(settings[key], SETTINGS[key].initial, key)
  })
})
