import assert from 'node:assert/strict'
import {jobId, uid} from '../../../src/core/brand.js'
import {keyHolders, keyToken, noteKey, sweepKeys} from '../../../src/store/requests/keys.js'
import {World} from '../../support/world.js'

const CLUSTER = '5f0a1c9e-2b1d-4f3a-9c77-0123456789ab'
const TOK = keyToken(CLUSTER, uid(1000), 'k')

describe('the token of a key', () => {
  it('is of its user, its site and its text alone', () => {
    const others = [
      keyToken(CLUSTER, uid(1001), 'k'),
      keyToken(CLUSTER, uid(1000), 'l'),
      keyToken(CLUSTER.replace('5', '6'), uid(1000), 'k'),
      keyToken(CLUSTER, uid(100), '0\nk'),
    ]
    assert.equal(new Set([TOK, ...others]).size, 5)
    assert.equal(TOK, keyToken(CLUSTER, uid(1000), 'k'))
  })
})

describe('the holders of a key', () => {
  let world: World
  const fs = () => world.process().fs
  const note = (id: number, tok = TOK): void => {
    const {durable} = world.process().service
    noteKey(durable, world.layout, tok, jobId(id))
    durable.syncPending()
  }
  beforeEach(() => {
    world = new World()
  })

  it('are told the newest first, and survive a power cut', () => {
    for (const id of [7, 9, 8, 9]) note(id)
    note(10, keyToken(CLUSTER, uid(1001), 'k'))
    world.powerLoss()
    assert.deepEqual(keyHolders(fs(), world.layout, TOK), [9, 8, 7])
  })

  it('are none where nobody ever had a key', () => {
    assert.deepEqual(keyHolders(fs(), world.layout, TOK), [])
    assert.equal(
      sweepKeys(fs(), world.layout, () => true),
      0,
    )
  })

  it('go by themselves, and what is no name of ours stays', () => {
    for (const id of [7, 8]) note(id)
    const stranger = `${world.layout.keys}/${TOK.slice(0, 2)}/README`
    const maker = fs()
    maker.close(maker.open(stranger, 'create', 0o600))
    assert.equal(
      sweepKeys(fs(), world.layout, id => id === 7),
      1,
    )
    assert.deepEqual(keyHolders(fs(), world.layout, TOK), [8])
    assert.notEqual(world.disk.lookup(stranger), null)
  })
})
