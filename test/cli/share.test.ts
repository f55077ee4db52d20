/** `god share`: the tree, what each used, and who I am. */
import assert from 'node:assert/strict'
import {userInfo} from 'node:os'
import {siteForEach} from '../support/site.js'

const ME = userInfo().username

describe('god share', () => {
  const held = siteForEach()
  const FAKE = ['executor = fake', 'default_images = busybox:local']

  interface Shown {
    readonly shares: readonly {
      readonly group: string | null
      readonly user: string | null
      readonly due: number
      readonly ratio: number | null
      readonly cpuSeconds: number
      readonly factor?: number
      readonly me?: boolean
    }[]
  }
  const shown = () => held.site.json<Shown & Record<string, unknown>>(['share'])

  it('shows me beside the groups where nobody has used anything', async () => {
    held.site.configure([...FAKE, '[share.group.lab]', 'shares = 3', 'users = ann, bob'])
    const {shares, ...head} = await shown()
    assert.deepEqual(
      {...head, at: ''},
      {
        ...{schema: 1, at: '', policy: 'fifo', mode: 'tree', halfLife: 604_800, me: ME},
      },
    )
    assert.deepEqual(
      shares.map(({group, user, due, ratio, factor, me}) => [group, user, due, ratio, factor, me]),
      [
        ['lab', null, 0.75, 0, undefined, undefined],
        ['lab', 'ann', 0.5, 0, 1, undefined],
        ['lab', 'bob', 0.5, 0, 1, undefined],
        [null, ME, 0.25, 0, 1, true],
      ],
    )
  })

  it('tells what I used, and whom that puts before me', async () => {
    const {site} = held
    site.configure([
      ...FAKE,
      ...['scheduler_policy = fairshare', 'half_life = none', 'fairshare_mode = classic'],
      ...['[share.group.lab]', `users = ${ME}`, '[share.user.ann]', 'shares = 1'],
    ])
    await site.here(['submit', '-c', '2', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.pass()
    const {shares, policy, mode, halfLife} = await shown()
    assert.deepEqual([policy, mode, halfLife], ['fairshare', 'classic', null])
    assert.deepEqual(
      shares.map(({user, factor}) => [user, factor]),
      [
        ['ann', 1],
        [null, undefined],
        [ME, 0.25],
      ],
    )
    const {stdout, stderr} = await site.here(['share', '--header'])
    assert.match(
      stdout,
      /^GROUP\tUSER\tSHARES\tDUE\tCPU-HOURS\tUSED\tRATIO\tFACTOR\tME\n-\tann\t1\t50\.0%\t0\.00\t/,
    )
    assert.match(
      stdout,
      new RegExp(`\nlab\t${ME}\t1\t100\\.0%\t0\\.\\d\\d\t100\\.0%\t1\\.00\t0\\.250\t\\*\n`),
    )
    assert.equal(
      stderr,
      'god: your group lab used 2.00 times its share, you used 1.00 times your share of it\n',
    )
  })

  it('says that shares decide nothing where the policy is fifo, and who has no share', async () => {
    const {site} = held
    site.configure([...FAKE, `[share.user.${ME}]`, 'shares = 0', '[share.user.ann]', 'shares = 2'])
    await site.here(['submit', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.pass()
    const {stderr} = await site.here(['share'])
    assert.equal(
      stderr,
      'god: you used what is not your share\ngod: the policy here is fifo: nobody is next by his share\n',
    )
    const mine = (await shown()).shares.find(({me}) => me)
    assert.deepEqual([mine?.ratio, mine?.factor], [null, 0])
  })
})
