/** How jobs end and pause on a real engine; each also with the watcher shot in between. */
import assert from 'node:assert/strict'
import type {ChildProcess} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {containersOf, killNine, type RealSite, realSiteForAll} from '../support/real-site.js'

const SMALL = ['-c', '0.25', '-m', '32M']
/** A job waits for its test, however slow the machine is today. */
const WAIT = 'while [ ! -e go ]; do sleep 0.05; done'

describe('the endings of a job on a real engine', function () {
  this.timeout(180_000)
  const held = realSiteForAll({GOD_GRACE_PERIOD: '2s'})
  let site: RealSite
  let watch: ChildProcess
  before(() => {
    site = held.site
    watch = site.start('watch')
  })

  const another = async (): Promise<void> => {
    await killNine(watch)
    watch = site.start('watch')
  }
  const letGo = (id: number): void => writeFileSync(join(site.dir, 'work', 'u0', String(id), 'go'), '')
  const noContainer = (): Promise<true> =>
    site.until('no container is left', () => (containersOf(site.cluster).length === 0 ? true : null))

  for (const shot of [false, true]) {
    const title = shot ? ', though the watcher was shot in between' : ''
    const between = async (): Promise<void> => {
      if (shot) await another()
    }

    it(`beyond its memory: oom${title}`, async () => {
      const eat = `${WAIT}; a=x; while :; do a=$a$a; done`
      const id = await site.submit(...SMALL, '--', 'sh', '-c', eat)
      await site.reaches(id, 'running')
      await between()
      letGo(id)
      const seen = await site.reaches(id, 'oom')
      assert.equal(seen.exit?.oom, true)
      assert.ok((seen.usage?.maxMemory ?? 0) > 24 * 1024 ** 2)
      assert.equal((await site.god('wait', String(id))).code, 137)
      await noContainer()
    })

    it(`beyond its walltime: timeout${title}`, async () => {
      const id = await site.submit(...SMALL, '-t', '3s', '--', 'sleep', '1000')
      await site.reaches(id, 'running')
      await between()
      await site.reaches(id, 'timeout')
      await noContainer()
    })

    it(`killed, though it ignores the polite signal: no container after the grace period${title}`, async () => {
      const id = await site.submit(...SMALL, '--', 'sh', '-c', "trap '' TERM; while :; do sleep 0.2; done")
      await site.reaches(id, 'running')
      await site.ok('kill', String(id))
      await between()
      await site.reaches(id, 'killed')
      await noContainer()
    })

    it(`suspended and resumed: the engine shows it paused, then going on to its end${title}`, async () => {
      const id = await site.submit(...SMALL, '--', 'sh', '-c', `${WAIT}; exit 4`)
      await site.reaches(id, 'running')
      await site.ok('suspend', String(id))
      await between()
      await site.reaches(id, 'suspended')
      assert.deepEqual(
        containersOf(site.cluster).map(({State}) => State),
        ['paused'],
      )
      await site.ok('resume', String(id))
      await between()
      letGo(id)
      const seen = await site.reaches(id, 'failed')
      assert.equal(seen.exit?.code, 4)
      await noContainer()
    })
  }

  it('a pending job that is killed never starts', async () => {
    const id = await site.submit(...SMALL, '--hold', '--', 'true')
    await site.reaches(id, 'held')
    await site.ok('kill', String(id))
    await site.reaches(id, 'killed')
    assert.equal((await site.god('wait', String(id))).code, 125)
  })

  it('a command that could not begin says why', async () => {
    const script = join(site.dir, '..', 'windows.sh')
    writeFileSync(script, '#!/bin/sh\r\nexit 0\r\n')
    const rows: readonly (readonly [readonly string[], string])[] = [
      [['--', 'no-such-program'], 'exit code 127: there is no such program'],
      [
        ['-D', '/no/such/folder', '--', 'true'],
        'exit code 126: its working directory is not there, or closed to it',
      ],
      [['-o', '/no/such/folder/out', '--', 'true'], 'exit code 126: its output file cannot be opened'],
      [[script], 'exit code 127: the first line of its script ends as on Windows (CR)'],
    ]
    for (const [words, reason] of rows) {
      const id = await site.submit(...SMALL, ...words)
      await site.reaches(id, 'failed')
      assert.ok((await site.ok('show', String(id))).includes(reason), reason)
    }
  })

  it('a held job starts when it is released', async () => {
    const id = await site.submit(...SMALL, '-H', '--', 'true')
    await site.reaches(id, 'held')
    await site.ok('release', String(id))
    await site.reaches(id, 'done')
  })

  it('a job that asks for more than the node has is refused with the numbers', async () => {
    const {code, stderr} = await site.god('submit', '-c', '4000', '--', 'true')
    assert.equal(code, 6)
    assert.match(stderr, /4000 cpus.*has \d+ cpus/)
  })
})
