/** `god acct`: sums of what ended jobs used, live or packed, the same before and after. */
import assert from 'node:assert/strict'
import {userInfo} from 'node:os'
import {siteForEach} from '../support/site.js'

const ME = userInfo().username

describe('god acct', () => {
  const held = siteForEach()

  const ran = async (): Promise<void> => {
    const {site} = held
    site.configure([
      ...['executor = fake', 'default_images = busybox:local'],
      ...['[project.lab]', 'users = *'],
    ])
    await site.here(['submit', '-c', '2', '-P', 'lab', '-E', 'FAKE_SECONDS=0', '-E', 'FAKE_EXIT=3', 'x'])
    await site.here(['submit', '-a', '1-3', '-E', 'FAKE_SECONDS=0', 'x'])
    for (let i = 0; i < 3; i++) await site.pass()
  }

  interface Row {
    readonly user?: string
    readonly project?: string
    readonly day?: string
    readonly jobs: number
    readonly tasks: number
    readonly failed: number
  }
  const sums = async (...words: string[]) =>
    (await held.site.json<{sums: readonly Row[]}>(['acct', ...words])).sums

  it('is empty where nothing has ended', async () => {
    assert.deepEqual(await sums(), [])
    assert.equal((await held.site.here(['acct'])).stdout, '')
  })

  it('sums up by user, project and day, the same when jobs are packed', async () => {
    await ran()
    const day = new Date().toISOString().slice(0, 10)
    const before = await sums('--by', 'user,project,day')
    assert.deepEqual(
      before.map(({user, project, day: on, jobs, tasks, failed}) => [user, project, on, jobs, tasks, failed]),
      [
        [ME, 'default', day, 1, 3, 0],
        [ME, 'lab', day, 1, 0, 1],
      ],
    )
    assert.deepEqual(
      (await sums('--by', 'user')).map(({user, jobs, tasks}) => [user, jobs, tasks]),
      [[ME, 2, 3]],
    )
    await held.site.pack()
    assert.equal((await held.site.json<{jobs: readonly object[]}>(['stat', '-a'])).jobs.length, 0)
    assert.deepEqual(await sums('--by', 'user,project,day'), before)
  })

  it('looks at whole days, and at some users', async () => {
    await ran()
    assert.equal((await sums('--since', '1d')).length, 1)
    assert.deepEqual(await sums('--until', '2d'), [])
    assert.deepEqual(await sums('--since', '2999-01-01'), [])
    assert.equal((await sums('-u', `nobody-here,${ME}`)).length, 1)
    assert.deepEqual(await sums('-u', 'nobody-here'), [])
  })

  it('is a table, and refuses what is no point in time', async () => {
    await ran()
    const {stdout} = await held.site.here(['acct', '--by', 'project', '--header'])
    const [titles, ...rows] = stdout.trimEnd().split('\n')
    assert.equal(
      titles,
      'PROJECT\tJOBS\tTASKS\tFAILED\tCPU-HOURS\tGPU-HOURS\tGIB-HOURS\tCPU-EFF\tMEM-EFF\tWAIT\tOTHER-HOURS',
    )
    assert.deepEqual(
      rows.map(row => row.split('\t').slice(0, 4)),
      [
        ['default', '1', '3', '0'],
        ['lab', '1', '0', '1'],
      ],
    )
    const {code, stderr} = await held.site.here(['acct', '--since', 'then'])
    assert.equal(code, 2)
    assert.match(stderr, /'then' is no point in time/)
  })
})
