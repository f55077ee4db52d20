import assert from 'node:assert/strict'
import {hostname, userInfo} from 'node:os'
import {
  callerName,
  callerUid,
  exactVariable,
  godVariables,
  homeFolder,
  hostNodeName,
  variable,
} from '../../src/host/environment.js'

describe('the environment', () => {
  const {env} = process
  beforeEach(() => {
    process.env = {FULL: 'x y', EMPTY: '', GOD_EXECUTOR: 'fake', GOD_NETWORK: '', GOD_OTHER: 'x'}
  })
  afterEach(() => {
    process.env = env
  })

  it('has a variable that is set and not empty', () => {
    assert.deepEqual(['FULL', 'EMPTY', 'ABSENT'].map(variable), ['x y', null, null])
  })

  it('tells an empty variable from none where it goes on to a job', () => {
    assert.deepEqual(['FULL', 'EMPTY', 'ABSENT'].map(exactVariable), ['x y', '', null])
  })

  it('has no variable of its prototype', () => {
    assert.deepEqual(['constructor', '__proto__', 'toString'].map(exactVariable), [null, null, null])
  })

  it('has an override for each key that is set', () => {
    assert.deepEqual(godVariables(['executor', 'network', 'max_time']), [
      {key: 'executor', name: 'GOD_EXECUTOR', value: 'fake'},
    ])
  })

  it('may have no home', () => assert.equal(homeFolder(), null))
})

describe('the caller', () => {
  it('is who the kernel says, by name and by number', () => {
    const {uid, username} = userInfo()
    assert.deepEqual([callerUid(), callerName()], [uid, username])
  })
})

describe('the name of this host as a node', () => {
  it('is made of letters, digits, dots and dashes', () => {
    assert.match(hostNodeName(), /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
    if (/^[a-z0-9]+$/.test(hostname())) assert.equal(hostNodeName(), hostname())
  })
})
