/** A small array, through the command line: on a real engine, and as processes of this host. */
import assert from 'node:assert/strict'
import {containersOf, type RealSite, realSiteForAll} from '../support/real-site.js'

const CASES: readonly (readonly [executor: string, settings: Record<string, string>])[] = [
  ['docker', {}],
  ['process', {executor: 'process'}],
]

for (const [executor, settings] of CASES)
  describe(`an array of the ${executor} executor`, function () {
    this.timeout(120_000)
    const held = realSiteForAll(settings)
    let site: RealSite
    before(() => {
      site = held.site
    })

    it('runs each task once, with its number and an output of its own', async () => {
      const script =
        'echo "$GODOCKER_TASK_ID of $GOGOCKER_TASK_FIRST-$GODOCKER_TASK_LAST"; exit $GODOCKER_TASK_ID'
      const id = await site.submit('-a', '0-4:2%2', '-c', '0.5', '-m', '32M', '--', 'sh', '-c', script)
      await site.until('all are over', async () => {
        await site.ok('schedule')
        await site.ok('watch', '--once')
        return ['done', 'failed'].includes((await site.job(id)).state) ? true : null
      })
      for (const task of [0, 2, 4]) {
        assert.equal(await site.ok('logs', `${id}[${task}]`), `${task} of 0-4\n`)
        assert.equal((await site.god('wait', `${id}_${task}`)).code, task)
      }
      assert.equal((await site.god('wait', String(id))).code, 4)
      if (executor === 'docker') assert.deepEqual(containersOf(site.cluster), [])
    })

    it('tries a task again that failed, and the others once', async () => {
      // In the task's own directory, which its attempts share.
      const script = 'test -e was-here && exit 0; touch was-here; exit $GODOCKER_TASK_ID'
      const words = ['--retry', '2', '-c', '0.5', '-m', '32M', '--', 'sh', '-c', script]
      const id = await site.submit('-a', '0-1', ...words)
      await site.until(
        'all are over',
        async () => {
          await site.ok('schedule')
          await site.ok('watch', '--once')
          return ['done', 'failed'].includes((await site.job(id)).state) ? true : null
        },
        90,
      )
      assert.equal((await site.job(id)).state, 'done')
      assert.match(await site.ok('show', `${id}[0]`), /^attempt +1, /m)
      const again = await site.ok('show', `${id}[1]`)
      assert.match(again, /^attempt +2, /m)
      assert.match(again, /^before it +1 attempt ran/m)
      if (executor === 'docker') assert.deepEqual(containersOf(site.cluster), [])
    })
  })
