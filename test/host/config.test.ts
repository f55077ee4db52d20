import assert from 'node:assert/strict'
import {rmSync, writeFileSync} from 'node:fs'
import {hostname} from 'node:os'
import {join} from 'node:path'
import {nodeName, readConfiguration} from '../../src/host/config.js'
import {temporaryFolder} from '../support/site.js'

describe('the configuration in force', () => {
  const {env} = process
  let folder = ''
  let config = ''
  beforeEach(() => {
    folder = temporaryFolder()
    config = join(folder, 'go-d.ini')
    process.env = {}
  })
  afterEach(() => {
    process.env = env
    rmSync(folder, {recursive: true})
  })

  it('is the defaults where there is no file', () => {
    assert.equal(readConfiguration({config}).settings.executor, 'docker')
  })

  it('is the file above the defaults, and variables above the file', () => {
    writeFileSync(config, 'executor = process\nnetwork = none\n')
    process.env.GOD_EXECUTOR = 'fake'
    const {settings, origins} = readConfiguration({config})
    assert.deepEqual([settings.executor, settings.network], ['fake', 'none'])
    assert.deepEqual(Object.fromEntries(origins), {executor: 'GOD_EXECUTOR', network: `${config}:2`})
  })

  it('takes the engine from DOCKER_HOST, but the file and GOD_DOCKER_URL say more', () => {
    process.env.DOCKER_HOST = 'tcp://a:1'
    assert.equal(readConfiguration({config}).settings.docker_url, 'tcp://a:1')
    writeFileSync(config, 'docker_url = tcp://b:1\n')
    assert.equal(readConfiguration({config}).settings.docker_url, 'tcp://b:1')
    process.env.GOD_DOCKER_URL = 'tcp://c:1'
    assert.equal(readConfiguration({config}).settings.docker_url, 'tcp://c:1')
  })

  it('does not move the directory: GOD_SHARED_DIR names it and is no setting', () => {
    process.env.GOD_SHARED_DIR = '/elsewhere'
    assert.equal(readConfiguration({config}).settings.shared_dir, '')
  })

  it('is refused for a variable that cannot be read, and the variable is named', () => {
    process.env.GOD_PIDS_LIMIT = 'many'
    assert.throws(() => readConfiguration({config}), {code: 'E_CONFIG_BAD', message: /^GOD_PIDS_LIMIT: /})
  })

  it('is refused for a file that cannot be read as a whole, and the line is named', () => {
    writeFileSync(config, 'executor = fake\n\nexectuor = fake\n')
    assert.throws(() => readConfiguration({config}), {
      code: 'E_CONFIG_BAD',
      message: `${config}:3: there is no setting 'exectuor'`,
      hint: /executor/,
    })
  })

  it('names the node, or the host does', () => {
    assert.match(nodeName(readConfiguration({config})), /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
    if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(hostname()))
      assert.equal(nodeName(readConfiguration({config})), hostname())
    writeFileSync(config, 'node_name = n7\n')
    assert.equal(nodeName(readConfiguration({config})), 'n7')
  })
})
