import assert from 'node:assert/strict'
import {mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {initTarget, locate} from '../../src/host/shared-dir.js'
import {temporaryFolder} from '../support/site.js'

describe('the shared directory', () => {
  const {env} = process
  const cwd = process.cwd()
  let folder = ''
  let home = ''
  let work = ''

  beforeEach(() => {
    folder = temporaryFolder()
    home = join(folder, 'home')
    work = join(folder, 'project', 'deep')
    mkdirSync(home)
    mkdirSync(work, {recursive: true})
    process.env = {HOME: home}
    process.chdir(work)
  })
  afterEach(() => {
    process.chdir(cwd)
    process.env = env
    rmSync(folder, {recursive: true, force: true})
  })

  const config = (line: string): string => {
    const path = join(folder, 'site.ini')
    writeFileSync(path, `${line}\n`)
    return path
  }

  it('is named by --dir before all else', () => {
    Object.assign(process.env, {GOD_SHARED_DIR: '/b', GOD_CONFIG: config('shared_dir = /c')})
    mkdirSync(join(work, '.god'))
    assert.deepEqual(locate('/a'), {root: '/a', config: '/a/go-d.ini', by: '--dir'})
  })

  it('then by GOD_SHARED_DIR', () => {
    Object.assign(process.env, {GOD_SHARED_DIR: '/b', GOD_CONFIG: config('shared_dir = /c')})
    assert.deepEqual(locate(), {root: '/b', config: '/b/go-d.ini', by: 'GOD_SHARED_DIR'})
  })

  it('then by the file in GOD_CONFIG, which is the configuration', () => {
    const path = config('shared_dir = /c')
    process.env.GOD_CONFIG = path
    mkdirSync(join(work, '.god'))
    assert.deepEqual(locate(), {root: '/c', config: path, by: path})
  })

  it('then by the nearest .god upward', () => {
    mkdirSync(join(home, '.god'))
    mkdirSync(join(folder, '.god'))
    mkdirSync(join(folder, 'project', '.god'))
    const root = join(folder, 'project', '.god')
    assert.deepEqual(locate(), {root, config: join(root, 'go-d.ini'), by: 'the nearest .god upward'})
  })

  it('is not a file or a link named .god', () => {
    mkdirSync(join(folder, '.god'))
    writeFileSync(join(work, '.god'), '')
    symlinkSync('/tmp', join(folder, 'project', '.god'))
    assert.equal(locate().root, join(folder, '.god'))
  })

  it('is ~/.god at last', () => {
    const root = join(home, '.god')
    assert.deepEqual(locate(), {root, config: join(root, 'go-d.ini'), by: 'the home directory'})
  })

  it('is missing where nothing names one and HOME is not set', () => {
    delete process.env.HOME
    assert.throws(() => locate(), {code: 'E_DIR_MISSING', hint: /--dir/})
  })

  it('may be named from the working directory', () => {
    assert.equal(locate('x/../y').root, join(work, 'y'))
  })

  it('has no empty name', () => assert.throws(() => locate(''), {code: 'E_USAGE'}))

  it('may be named by its full path where the working directory is gone, and not otherwise', () => {
    rmSync(work, {recursive: true})
    assert.equal(locate('/a').root, '/a')
    assert.equal(locate().root, join(home, '.god'))
    assert.throws(() => locate('a'), {code: 'E_DIR_MISSING', message: /working directory is gone/})
    assert.throws(() => initTarget(undefined, undefined), {code: 'E_DIR_MISSING'})
  })

  it('is named by GOD_CONFIG or that is an error, never passed over', () => {
    for (const path of [join(folder, 'absent.ini'), config('executor = fake'), config('shared_dir =')]) {
      process.env.GOD_CONFIG = path
      assert.throws(() => locate(), {code: 'E_CONFIG_BAD', message: new RegExp(path)})
    }
  })
})

describe('the place of a new shared directory', () => {
  const {env} = process
  before(() => {
    process.env = {}
  })
  after(() => {
    process.env = env
  })

  it('is the one that is told, then --dir, then GOD_SHARED_DIR, then .god here', () => {
    assert.equal(initTarget(undefined, undefined), join(process.cwd(), '.god'))
    process.env.GOD_SHARED_DIR = '/c'
    assert.equal(initTarget(undefined, undefined), '/c')
    assert.equal(initTarget('/b', undefined), '/b')
    assert.equal(initTarget('/b', '/a'), '/a')
  })

  it('is never the working directory by an empty word', () => {
    assert.throws(() => initTarget(undefined, ''), {code: 'E_USAGE'})
  })
})
