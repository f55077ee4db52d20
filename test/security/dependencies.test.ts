/** T50: what a user could do with jobs that depend on each other. */
import assert from 'node:assert/strict'
import {uid} from '../../src/core/brand.js'
import {MOST_PARENTS} from '../../src/core/dependency/depend-text.js'
import {dependentJobs} from '../../src/service/bound-jobs.js'
import {refusedRequests} from '../../src/store/requests/refused.js'
import {USER, World} from '../support/world.js'

describe('T50: dependencies that go round, go deep, or are very many', () => {
  it('T50: nobody can write a circle: a job names only those before it', async () => {
    const world = new World()
    world.submitMany([{depend: 'afterok:2'}, {depend: 'afterok:1'}])
    world.submit({depend: 'afterok:3'})
    await world.cron()
    assert.equal(world.process().service.jobs.all().length, 0)
    const why = refusedRequests(world.process().fs, world.layout, uid(USER)).map(({message}) => message)
    assert.ok(why.includes('job 1 depends on job 2, which does not come before it'), why.join('; '))
    assert.ok(why.includes('job 3 depends on itself'), why.join('; '))
  })

  it('T50: a chain of thousands is judged job by job, and no deeper', async () => {
    const world = new World()
    const ids = world.submitMany([
      {hold: true},
      ...Array.from({length: 999}, (_, i) => ({depend: `afterany:${i + 1}`})),
    ])
    await world.cron()
    const {service} = world.process()
    assert.equal(dependentJobs(service.jobs.live()).length, ids.length - 1)
    assert.ok(ids.every(id => world.state(id) !== 'absent'))
    assert.equal(world.begun().length, 0)
  })

  it('T50: no job names more than it may', async () => {
    const world = new World()
    const many = Array.from({length: MOST_PARENTS + 1}, () => 1).join(':')
    world.submit({hold: true})
    const id = world.submit({depend: `after:${many}`})
    await world.cron()
    assert.equal(world.state(id), 'absent')
    const [why] = refusedRequests(world.process().fs, world.layout, uid(USER))
    assert.match(why?.message ?? '', /depend|more than/)
  })
})
