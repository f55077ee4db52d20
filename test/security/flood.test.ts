/** T14: one user floods the inbox, and nine others want one job each. */
import assert from 'node:assert/strict'
import type {Auth} from '@god-cli/api'
import {amount, tellCases} from '../support/amount.js'
import {USER, World} from '../support/world.js'

const FLOOD = amount(5000, 50_000)

describe('T14: a flood of requests', function () {
  this.timeout(600_000)

  it('T14: of one user keeps nine others waiting for two passes at most', async () => {
    const world = new World()
    world.engineDown = true
    for (let i = 0; i < FLOOD; i++) world.submit()
    // Nine people, whose requests came after all of it.
    const others = Array.from({length: 9}, (_, i) => world.submit({}, undefined, 2001 + i))
    const known: Auth['byUid'] = async uid => ({uid, gid: uid, groups: [uid], name: `u${uid}`, home: '/'})
    const passes = async (): Promise<number> => {
      for (let n = 1; ; n++) {
        const god = world.process()
        Object.assign(god.service, {auth: {...god.service.auth, byUid: known}})
        await god.schedule()
        if (others.every(id => world.state(id) === 'pending')) return n
        assert.ok(n < 10, 'they wait and wait')
      }
    }
    assert.ok((await passes()) <= 2)
    assert.equal(new Set(others.map(id => world.record(id)?.user)).size, 9)
    const left = world.disk
      .files(world.layout.dropFolder(USER as never))
      .filter(path => path.endsWith('.req')).length
    tellCases('T14', FLOOD)
    assert.ok(left < FLOOD, 'he is not left out either')
  })
})
