/** T30: `god submit --root`, as its user sees it: what it says, where it is told, and how it is refused. */
import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {userInfo} from 'node:os'
import {join} from 'node:path'
import {siteForEach, type TestSite} from '../support/site.js'
import {skip} from '../support/skip.js'

const ME = userInfo()
const FAKE = ['executor = fake', 'default_images = busybox:local', 'node_name = n1']

describe('T30 god submit --root', () => {
  const held = siteForEach()
  beforeEach(function () {
    if (ME.uid !== 0) skip(this, 'root, who serves such a site')
  })
  const allow = (site: TestSite, ...lines: readonly string[]): void => site.configure([...FAKE, ...lines])

  it('queues a job that show, stat and their JSON tell of, and others do not', async () => {
    const {site} = held
    allow(site, `allow_root = ${ME.username}`)
    assert.equal((await site.here(['submit', '--root', '-E', 'FAKE_SECONDS=forever', 'x'])).code, 0)
    const waiting = JSON.parse((await site.here(['show', '1', '--json'])).stdout)
    assert.deepEqual([waiting.state, waiting.spec.root], ['pending', true])
    assert.match((await site.here(['show', '1'])).stdout, /^root +in its container$/m)
    await site.here(['submit', '-E', 'FAKE_SECONDS=forever', 'y'])
    await site.pass()
    const shown = JSON.parse((await site.here(['show', '1', '--json'])).stdout)
    assert.deepEqual([shown.state, shown.root, shown.spec.root], ['running', true, true])
    assert.match(shown.files.output, /\/1\/attempt\.1\/files\/god\.log$/)
    const {jobs} = JSON.parse((await site.here(['stat', '--json'])).stdout)
    assert.deepEqual(
      jobs.map((job: {id: number; root?: boolean}) => [job.id, job.root]),
      [
        [1, true],
        [2, undefined],
      ],
    )
    assert.equal((await site.here(['stat', '-o', 'id,root'])).stdout, '1\tyes\n2\t\n')
    assert.doesNotMatch((await site.here(['show', '2'])).stdout, /^root/m)
    const requeued = await site.here(['requeue', '1'])
    assert.equal(requeued.code, 0, requeued.stderr)
    await site.pass()
    await site.pass()
    const again = JSON.parse((await site.here(['show', '1', '--json'])).stdout)
    assert.deepEqual([again.root, again.attempt], [true, 2])
  })

  it('may be said in a script and in a file of jobs, and means nothing to a simulation', async () => {
    const {site} = held
    allow(site, 'allow_root = *')
    writeFileSync(join(site.work, 'job.sh'), '#!/bin/sh\n#GOD --root\ntrue\n')
    writeFileSync(
      join(site.work, 'jobs'),
      '{"argv":["x"],"root":true}\n{"argv":["y"],"root":false}\n{"argv":["z"],"root":true,"array":"1-3"}\n',
    )
    for (const words of [
      ['submit', 'job.sh'],
      ['submit', '-f', 'jobs'],
    ])
      assert.equal((await site.here(words)).code, 0, words.join(' '))
    await site.pass()
    const roots: unknown[] = []
    for (const id of ['1', '2', '3', '4'])
      roots.push(JSON.parse((await site.here(['show', id, '--json'])).stdout).root)
    assert.deepEqual(roots, [true, true, undefined, true])
    writeFileSync(join(site.work, 'odd'), '{"argv":["x"],"root":"yes"}\n')
    assert.match((await site.here(['submit', '-f', 'odd'])).stderr, /root: true or false is expected/)
    const {stdout, code} = await site.here(['submit', '--root', '--explain', 'x'])
    assert.equal(code, 0, stdout)
    assert.equal((await site.here(['simulate', '--live', '--json'])).code, 0)
  })

  it('is refused before anything is queued, with who may', async () => {
    const {site} = held
    allow(site)
    const refused = async (...words: readonly string[]): Promise<string> => {
      const {code, stderr} = await site.here(['submit', '--root', ...words, 'x'])
      assert.equal(code, 6, stderr)
      return stderr
    }
    assert.match(await refused(), /nobody may be root in a container on this site: allow_root names nobody/)
    allow(site, 'allow_root = somebody', 'allow_root_groups = some-group')
    assert.match(
      await refused('-n'),
      new RegExp(
        `${ME.username} may not be root in a container here: allow_root names somebody, allow_root_groups names some-group`,
      ),
    )
    assert.equal(JSON.parse((await site.here(['stat', '--json'])).stdout).jobs.length, 0)
    site.configure(['executor = process', 'allow_root = *'])
    assert.match(
      await refused(),
      /no job can be root in its container on this site: its jobs have no containers/,
    )
  })

  it('is told by whoami where one may', async () => {
    const {site} = held
    const me = async () => JSON.parse((await site.here(['whoami', '--json'])).stdout)
    assert.equal((await me()).root, false)
    allow(site, `allow_root = ${ME.uid}`, '[volume.refs]', 'path = /srv/refs', 'users = *', 'root = yes')
    assert.equal((await me()).root, true)
    const {stdout} = await site.here(['whoami'])
    assert.match(stdout, /\nroot +in a container, with --root\n/)
    assert.match(stdout, /\nvolumes +refs \(ro, with --root too\): \/srv\/refs\n/)
  })

  it('of an array and of a schedule is each of its runs', async () => {
    const {site} = held
    allow(site, 'allow_root = *')
    await site.here(['submit', '--root', '-a', '1-2', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.pass()
    const {root, files} = JSON.parse((await site.here(['show', '1[2]', '--json'])).stdout)
    assert.equal(root, true)
    assert.match(files.output, /\/1\/2\/attempt\.1\/files\/god\.log$/)
  })
})
