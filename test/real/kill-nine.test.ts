/** R04 in small: scheduler and watcher are shot again and again while fifty real containers run. */
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {
  containersOf,
  type Heard,
  killNine,
  listenToEngine,
  type RealSite,
  realSiteForAll,
} from '../support/real-site.js'

const JOBS = 50

describe('kill -9 of scheduler and watcher during fifty real containers', function () {
  this.timeout(300_000)
  const held = realSiteForAll()
  let site: RealSite
  before(() => {
    site = held.site
  })
  let heard: Heard | null = null

  after(async () => {
    heard?.stop()
  })

  const submitAll = async (): Promise<number[]> => {
    const ids: number[] = []
    for (let i = 0; i < JOBS; i += 10) {
      const batch = Array.from({length: 10}, (_, k) =>
        site.submit(
          '-c',
          '0.1',
          '-m',
          '16M',
          '--',
          'sh',
          '-c',
          `echo begun >>begun; sleep 0.3; exit ${(i + k) % 5}`,
        ),
      )
      ids.push(...(await Promise.all(batch)))
    }
    return ids
  }

  const countOver = async (): Promise<number> =>
    (await site.jobs()).filter(({state}) => ['done', 'failed', 'lost'].includes(state)).length

  const more = (wanted: number): Promise<number> =>
    site.until(
      `${wanted} jobs are over`,
      async () => {
        const over = await countOver()
        return over >= Math.min(wanted, JOBS) ? over : null
      },
      120,
    )

  const ROLES = {scheduler: ['schedule', '--watch'], watcher: ['watch', '--no-schedule']} as const

  /** Shoots in turn the watcher, the scheduler and both, whenever some more jobs have ended: so in all their phases. */
  const runUnderFire = async (): Promise<number> => {
    const children = {scheduler: site.start(...ROLES.scheduler), watcher: site.start(...ROLES.watcher)}
    let shots = 0
    for (let over = await more(3); over < JOBS; over = await more(over + 4)) {
      const victims = (['scheduler', 'watcher'] as const).filter((_, i) => shots % 3 === 2 || shots % 3 !== i)
      await Promise.all(victims.map(role => killNine(children[role])))
      for (const role of victims) children[role] = site.start(...ROLES[role])
      shots++
    }
    return shots
  }

  it('loses no job, starts none twice, and leaves no container', async () => {
    const engine = listenToEngine(site.cluster)
    heard = engine
    const ids = await submitAll()
    assert.equal(new Set(ids).size, JOBS)
    const shots = await runUnderFire()
    assert.ok(shots >= 5, `${shots} shots`)
    const jobs = (await site.jobs()).map(({id, exit, attempt}) => [id, exit?.code, attempt])
    const expected = ids.map((id, i) => [id, i % 5, 1]).sort(([a = 0], [b = 0]) => a - b)
    assert.deepEqual(jobs, expected)
    const begun = ids.map(id => readFileSync(join(site.dir, 'work/u0', String(id), 'begun'), 'utf8'))
    assert.deepEqual(
      begun,
      ids.map(() => 'begun\n'),
      'a command began twice',
    )
    await site.until('the engine has told of all containers', () =>
      new Set(engine.started()).size === JOBS ? true : null,
    )
    assert.equal(engine.started().length, JOBS, 'a container was started twice')
    // A process that is shot may leave a request to create that the engine reads when the name is free again; what
    // it makes then is never started, and goes.
    assert.equal(new Set(engine.made()).size, JOBS)
    await site.until('no container is left', () => (containersOf(site.cluster).length === 0 ? true : null))
  })
})
