import assert from 'node:assert/strict'
import {epoch} from '../../src/core/brand.js'
import {publish} from '../../src/service/publish.js'
import {plainAuthor} from '../../src/service/service.js'
import {type GodProcess, World} from '../support/world.js'

describe('publishing a change', () => {
  let world: World
  let god: GodProcess
  const journal = (): string[] =>
    world.disk
      .files(world.layout.journal)
      .flatMap(path => (world.disk.text(path) ?? '').split('\n'))
      .filter(line => line.includes('transition'))
  const base = () => god.service.jobs.read(1 as never) ?? assert.fail('no job')
  const hold = (on = base()) =>
    publish(
      god.service,
      on,
      {state: 'held', reason: {code: 'held', text: 'wait'}},
      plainAuthor('u1000', epoch(0)),
      'now',
    )

  beforeEach(async () => {
    world = new World()
    world.submit()
    world.engineDown = true
    await world.cron()
    god = world.process()
  })

  it('gives the next revision, and tells the journal what became what, by whom and why', () => {
    const next = hold() ?? assert.fail('it lost')
    assert.deepEqual([next.record.rev, next.record.state, next.record.by], [2, 'held', 'u1000'])
    const [{sum: _, ...line}] = journal().map(text => JSON.parse(text)) as [{sum: string}]
    assert.deepEqual(line, {
      at: new Date(world.clock.now()).toISOString(),
      what: 'transition',
      id: 1,
      rev: 2,
      from: 'pending',
      to: 'held',
      attempt: 1,
      epoch: 1,
      node: null,
      by: 'u1000',
      text: 'wait',
    })
  })

  it('stands though the journal cannot be written, and says so', () => {
    god.fs.plan({call: 'write', path: '/journal', n: 1, effect: {error: 'ENOSPC'}})
    assert.equal(hold()?.record.state, 'held')
    assert.match(world.log.join('\n'), /the journal was not written: .*ENOSPC/)
  })

  it('that comes second changes and tells nothing', () => {
    const stale = base()
    hold()
    assert.equal(hold(stale), null)
    assert.equal(journal().length, 1)
  })
})
