/** Sums by what somebody asks for, and how well what was kept was used. */
import assert from 'node:assert/strict'
import {uid} from '../../../src/core/brand.js'
import type {JobRecord} from '../../../src/core/job.js'
import {type Sums, sumsOfJob} from '../../../src/core/usage/accounting.js'
import {efficiencyOf, groupSums} from '../../../src/core/usage/accounting-groups.js'
import {aRecord, GIB, later, NOW} from '../builders.js'

const HOUR = 3_600_000

const ended = (over: Partial<JobRecord> = {}): Sums =>
  sumsOfJob(
    aRecord({
      state: 'done',
      resources: {cpus: 2000, memory: 4 * GIB, gpus: 0},
      started: NOW,
      ended: later(HOUR),
      usage: {cpuSeconds: 1800, maxMemory: GIB, exact: true},
      ...over,
    }),
  )

describe('sums', () => {
  const all = [
    ended(),
    ended({user: 'bob', project: 'lab', ended: later(25 * HOUR)}),
    ended({uid: uid(7), project: 'lab'}),
  ]

  it('are put together by names, whatever the uid was', () => {
    assert.deepEqual(
      groupSums(all, ['user']).map(({user, project, day, jobs}) => [user, project, day, jobs]),
      [
        ['ann', '', '', 2],
        ['bob', '', '', 1],
      ],
    )
    assert.deepEqual(
      groupSums(all, ['day', 'project']).map(({project, day, jobs}) => [project, day, jobs]),
      [
        ['default', '2026-01-01', 1],
        ['lab', '2026-01-01', 1],
        ['lab', '2026-01-02', 1],
      ],
    )
    assert.equal(groupSums(all, [])[0]?.jobs, 3)
  })

  it('tell how much of what was kept was used, by those of which that is known', () => {
    assert.deepEqual(efficiencyOf(ended()), {cpu: 0.25, memory: 0.25})
    const [both] = groupSums([ended(), ended({usage: null})], ['user'])
    assert.deepEqual(both === undefined ? null : efficiencyOf(both), {cpu: 0.25, memory: 0.25})
    assert.deepEqual(efficiencyOf(ended({usage: null})), {cpu: null, memory: null})
    const {measured: _, ...old} = ended()
    assert.deepEqual(efficiencyOf(old), {cpu: null, memory: null})
  })
})
