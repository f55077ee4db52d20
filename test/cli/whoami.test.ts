/** `god whoami`: who I am to the site, and what I may use. */
import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {userInfo} from 'node:os'
import {join} from 'node:path'
import {jobId, uid} from '../../src/core/brand.js'
import {ANN, BOB, manySiteForEach} from '../support/many-site.js'
import {siteForEach} from '../support/site.js'

const ME = userInfo()

describe('god whoami', () => {
  const held = siteForEach()

  it('tells what is granted to me, and nothing of what is granted to others', async () => {
    const {site} = held
    const group = execFileSync('id', ['-gn'], {encoding: 'utf8'}).trim()
    site.configure([
      ...['executor = fake', 'default_images = busybox:local', 'allow_user_images = no', 'max_cpu = 8'],
      ...['[volume.mine]', 'path = /srv/$USER', 'acl = rw', `users = ${ME.uid}`],
      ...['[volume.ours]', 'path = /srv/ours', 'mount = /ours', `groups = ${group}`],
      ...['[volume.theirs]', 'path = /srv/theirs', 'users = somebody'],
      ...['[queue.long]', 'priority = 0.2', '[project.lab]', 'users = *', 'priority = 0.5'],
      ...['[project.secret]', 'users = somebody'],
      ...['[quota.user.*]', 'cpus = 4', 'pending = 9', '[quota.project.lab]', 'running = 2'],
    ])
    await site.here(['submit', '-c', '2', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.pass()
    const {stdout} = await site.here(['whoami', '--json'])
    const me = JSON.parse(stdout)
    assert.deepEqual([me.schema, me.user, me.uid, me.home], [1, ME.username, ME.uid, ME.homedir])
    assert.ok(me.groups.includes(ME.gid))
    assert.deepEqual(me.volumes, [
      {name: 'mine', acl: 'rw', root: false, path: `/srv/${ME.username}`, mount: `/srv/${ME.username}`},
      {name: 'ours', acl: 'ro', root: false, path: '/srv/ours', mount: '/ours'},
    ])
    assert.deepEqual([me.projects, me.images], [['default', 'lab'], ['busybox:local']])
    assert.deepEqual(me.priorities, {
      projects: {default: 0, lab: 0.5},
      queues: {default: 0, long: 0.2},
    })
    assert.match(
      (await site.here(['whoami'])).stdout,
      /lab \(priority 0\.5\)\nqueues +default\n +long \(priority 0\.2\)/,
    )
    assert.deepEqual(me.limits, {cpus: 8, memory: null, time: null})
    const [user, lab] = me.quotas
    assert.deepEqual(user, {
      whose: `user ${ME.username}`,
      limits: {cpus: 4, memory: null, running: null, pending: 9, cpuSeconds: null},
      has: {cpus: 2, memory: 512 * 1024 ** 2, running: 1, pending: 0},
    })
    assert.deepEqual([lab.whose, lab.has.running], ['project lab', 0])
    assert.ok(!stdout.includes('theirs') && !stdout.includes('secret'))
  })

  it('is lines for people', async () => {
    const {site} = held
    const {stdout, code} = await site.here(['whoami'])
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^user +${ME.username} \\(${ME.uid}\\)`))
    assert.match(
      stdout,
      /\nimages +any\none job +any cpus, any memory, any time\nprojects +default\nqueues +default\n$/,
    )
  })
})

describe('god whoami where accounts are not those of the host', () => {
  const held = manySiteForEach()
  const LAB = 24_050
  const configure = (labOfAnn: string): void => {
    const {layout} = held.site
    appendFileSync(
      layout.config,
      [
        ...['', 'auth_policy = fake-accounts', 'operators = ann-of-lab', '[plugin.fake-accounts]'],
        `accounts = ann-of-lab:${ANN}:${ANN}:/home/ann-of-lab${labOfAnn} bob:${BOB}:${BOB}:/home/bob nobody:65534:65534:/x`,
        ...[`groups = lab:${LAB}`, '[volume.data]', 'path = /srv/data', 'groups = lab', ''],
      ].join('\n'),
    )
  }
  const whoIs = async (user: number) => JSON.parse((await held.site.as(user, 'whoami', '--json')).stdout)

  it('tells what the service told him when it had to do with him, and him alone', async () => {
    const {site} = held
    const empty = readFileSync(site.layout.config)
    configure(`:${LAB}`)
    const before = await whoIs(ANN)
    assert.deepEqual(
      [before.source, before.groups, before.home, before.volumes],
      ['process', [ANN], null, []],
    )
    await site.as(ANN, 'submit', '-H', 'x')
    await site.pass()
    const after = await whoIs(ANN)
    assert.deepEqual(
      [after.source, after.user, after.groups, after.home, after.operator],
      ['accounts', 'ann-of-lab', [ANN, LAB], '/home/ann-of-lab', true],
    )
    assert.deepEqual(after.volumes, [
      {name: 'data', path: '/srv/data', mount: '/srv/data', acl: 'ro', root: false},
    ])
    assert.match((await site.as(ANN, 'whoami')).stdout, /\nhome +\/home\/ann-of-lab\n/)
    const file = site.layout.accountFile(uid(ANN))
    assert.notEqual(site.tries(BOB, 'cat', file), 0)
    assert.equal((await whoIs(BOB)).source, 'process')
    // Taken from the group, he is told when his job starts.
    writeFileSync(site.layout.config, empty)
    configure('')
    assert.equal((await site.as(ANN, 'release', '1')).code, 0)
    await site.pass()
    const lost = await whoIs(ANN)
    assert.deepEqual([lost.groups, lost.volumes], [[ANN], []])
  })

  it('gives him the name that the site calls him by, also as operator', async () => {
    const {site} = held
    configure('')
    await site.as(BOB, 'submit', '-E', 'FAKE_SECONDS=forever', 'x')
    await site.as(ANN, 'submit', 'x')
    await site.pass()
    await site.as(ANN, 'submit', 'x')
    const {stdout} = await site.as(ANN, 'show', '3', '--json')
    assert.equal(JSON.parse(stdout).user, 'ann-of-lab', 'of a request that nobody has taken')
    assert.equal((await site.as(ANN, 'kill', '1', '-f')).code, 0)
  })
})

describe('a submission', () => {
  const held = siteForEach()

  it('names volumes and a project, and show tells them', async () => {
    const {site} = held
    site.configure([
      ...['executor = fake', 'default_images = busybox:local'],
      ...['[volume.data]', 'path = /srv/data', 'users = *', '[project.lab]', 'users = *'],
    ])
    await site.here(['submit', '-v', 'data:ro', '-P', 'lab', '-E', 'FAKE_SECONDS=forever', 'x'])
    const waiting = JSON.parse((await site.here(['show', '1', '--json'])).stdout)
    assert.deepEqual([waiting.project, waiting.spec.volumes], ['lab', ['data:ro']])
    await site.here(['schedule'])
    const shown = JSON.parse((await site.here(['show', '1', '--json'])).stdout)
    assert.deepEqual([shown.project, shown.spec.volumes], ['lab', ['data:ro']])
    assert.match((await site.here(['show', '1'])).stdout, /\nvolumes +data:ro\n/)
  })

  it('as a line of many names them too', async () => {
    const {site} = held
    site.configure([
      ...['executor = fake', 'default_images = busybox:local'],
      ...['[volume.data]', 'path = /srv/data', 'users = *'],
    ])
    const file = join(site.work, 'jobs.ndjson')
    const from = (line: object) => {
      writeFileSync(file, `${JSON.stringify(line)}\n`)
      return site.here(['submit', '--from', file, '--parsable'])
    }
    assert.equal((await from({argv: ['x'], volumes: ['data'], project: 'default'})).code, 0)
    const bad = await from({argv: ['x'], volumes: 'data'})
    assert.equal(bad.code, 2)
    assert.match(bad.stderr, /volumes: a list of texts is expected/)
  })

  it('of a private job is seen whole by its owner alone', async () => {
    const {site} = held
    site.configure(['executor = fake', 'default_images = busybox:local', 'private_jobs = yes'])
    const words = ['-J', 'secret-name', '-i', 'secret-image', '-l', 'secret-label=1']
    await site.here(['submit', ...words, '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.here(['schedule'])
    const records = readdirSync(join(site.layout.live, '0')).map(name =>
      readFileSync(join(site.layout.live, '0', name), 'utf8'),
    )
    assert.ok(records.length > 0 && !records.join().includes('secret'), records.join())
    const {jobs} = await site.json(['stat', '-l'])
    assert.deepEqual([jobs[0]?.name, jobs.length], ['secret-name', 1])
    const shown = JSON.parse((await site.here(['show', '1', '--json'])).stdout)
    assert.deepEqual(
      [shown.name, shown.image, shown.labels],
      ['secret-name', 'secret-image', {'secret-label': '1'}],
    )
    // Whose spec is lost, he sees as others do.
    rmSync(site.layout.spec(jobId(1)))
    assert.equal((await site.json(['stat'])).jobs[0]?.name, 'private')
  })

  it('of a private job is chosen by its owner by what he named it', async () => {
    const {site} = held
    site.configure(['executor = fake', 'default_images = busybox:local', 'private_jobs = yes'])
    for (const name of ['first', 'second', 'first'])
      await site.here(['submit', '-J', name, '-l', 'a=b', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.here(['schedule'])
    const chosen = async (...words: string[]) => (await site.json(['stat', ...words])).jobs.map(({id}) => id)
    assert.deepEqual(await chosen('-n', 'first'), [1, 3])
    assert.deepEqual(await chosen('@second'), [2])
    assert.deepEqual(await chosen('--label', 'a=b'), [1, 2, 3])
    assert.equal((await site.here(['kill', '@first'])).code, 0)
    assert.deepEqual(await chosen('-n', 'private'), [])
  })
})
