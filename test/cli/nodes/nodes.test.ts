/** `god nodes`: what is shown of the nodes, and what an operator may do to one. */
import assert from 'node:assert/strict'
import {siteForEach} from '../../support/site.js'

describe('god nodes', () => {
  const held = siteForEach()

  it('tells what each node has, what is given to jobs, and its labels', async () => {
    const {site} = held
    assert.match((await site.here(['nodes'])).stderr, /no node is known yet/)
    site.configure([...site.lines, '[node.n1]', 'labels = rack=3'])
    await site.here(['submit', '-c', '1.5', '-m', '1G', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.pass()
    const {stdout} = await site.here(['nodes'])
    assert.equal(stdout, 'n1\tup\t1.5/4\t1G/8G\t0/0\t1\track=3\t\t\t\n')
    const {nodes} = await site.json<{nodes: readonly Record<string, unknown>[]}>(['nodes', 'n1'])
    assert.deepEqual(nodes, [
      {
        ...{name: 'n1', state: 'up', since: null, reason: null},
        cpus: {total: 4, used: 1.5},
        memory: {total: 8 * 1024 ** 3, used: 1024 ** 3},
        gpus: {total: 0, used: 0},
        resources: {},
        jobs: 1,
        labels: {rack: '3'},
        reservations: [],
      },
    ])
  })

  it('drains one, reserves it, and makes it ready again', async () => {
    const {site} = held
    await site.pass()
    const {stdout} = await site.here(['nodes', 'drain', 'n1', '--reason', 'new disk'])
    assert.equal(stdout, 'node n1: will take no new work; what runs there runs on\n')
    await site.pass()
    assert.match((await site.here(['nodes'])).stdout, /^n1\tdrained\t.*\t\d{4}-\S+Z\tnew disk\t\n$/)
    await site.here(['submit', 'x'])
    await site.pass()
    assert.match((await site.here(['why', '1'])).stdout, /n1 is drained\nneeds a node that it may run on/)
    await site.here(['nodes', 'ready', 'n1'])
    await site.here(['nodes', 'reserve', 'n1', '--from', 'now', '--to', '+2h', '--users', 'daemon,bin'])
    await site.pass()
    const {nodes} = await site.json<{
      nodes: readonly {state: string; reservations: readonly {users: readonly string[]}[]}[]
    }>(['nodes'])
    assert.equal(nodes[0]?.state, 'reserved')
    assert.deepEqual(nodes[0]?.reservations[0]?.users, ['daemon', 'bin'])
    // It has begun: no walltime ends before.
    assert.match(
      (await site.here(['why', '1'])).stdout,
      /reserved for daemon, bin .*\nneeds the end of that reservation\n/,
    )
    await site.here(['nodes', 'ready', 'n1'])
    await site.pass()
    assert.match((await site.here(['nodes'])).stdout, /^n1\tup\t/)
  })

  it('says of one that is lost that it is, also to a job that would fit there', async () => {
    const {site} = held
    await site.pass()
    await site.here(['nodes', 'drain', 'n1'])
    await site.here(['nodes', 'lost', 'n1'])
    await site.here(['submit', 'x'])
    await site.pass()
    assert.match(
      (await site.here(['why', '1'])).stdout,
      /takes work now: n1 is lost\nneeds a node that it may/,
    )
  })

  it('shows all reservations of one, those of now first', async () => {
    const {site} = held
    await site.pass()
    const reserve = (from: string, user: string) =>
      site.here(['nodes', 'reserve', 'n1', '--from', from, '--to', '+2h', '--users', user])
    await reserve('+9h', 'sys')
    await reserve('+5h', 'bin')
    await site.pass()
    const period = (user: string): string => `for ${user} from \\S+Z to \\S+Z`
    const reason = async (): Promise<string> => (await site.here(['nodes'])).stdout.split('\t')[8] ?? ''
    assert.match(await reason(), RegExp(`^reserved ${period('bin')}; reserved ${period('sys')}$`))
    await reserve('now', 'daemon')
    await site.pass()
    const all = `${period('daemon')}; also reserved ${period('bin')}; also reserved ${period('sys')}`
    assert.match(await reason(), RegExp(`^${all}$`))
    const {nodes} = await site.json<{
      nodes: readonly {reservations: readonly {users: readonly string[]}[]}[]
    }>(['nodes'])
    assert.deepEqual(
      nodes[0]?.reservations.map(({users}) => users[0]),
      ['daemon', 'bin', 'sys'],
    )
    await site.here(['nodes', 'drain', 'n1', '--reason', 'new disk'])
    await site.pass()
    assert.match(await reason(), RegExp(`^new disk; also reserved ${period('daemon')}; also`))
  })

  it('tells a job what would let it pass a reservation', async () => {
    const {site} = held
    await site.pass()
    await site.here(['nodes', 'reserve', 'n1', '--from', '+1h', '--to', '+1h'])
    await site.here(['submit', 'x'])
    await site.pass()
    assert.match(
      (await site.here(['why', '1'])).stdout,
      /n1 is reserved for nobody from .*\nneeds the end of that reservation, or a walltime that ends before it begins\n/,
    )
  })

  it('is reserved for nobody whom the host does not know', async () => {
    const {site} = held
    await site.pass()
    const reserve = (...words: readonly string[]) =>
      site.here(['nodes', 'reserve', 'n1', '--to', '+1h', ...words])
    const both = await reserve('--users', 'daemon,annn', '--groups', 'labb,bin,4711')
    assert.deepEqual(
      [both.stdout, both.stderr, both.code],
      [
        '',
        "god: there is no user 'annn', no group 'labb'. Users are named by their account, groups by name or number.\n",
        3,
      ],
    )
    assert.equal((await reserve('--users', '1')).code, 3)
    assert.equal((await reserve('--users', 'daemon', '--groups', 'bin,4711')).stderr, '')
    site.configure([...site.lines, 'auth_policy = fake', '[plugin.fake]', 'users = root:0:0:/root'])
    const elsewhere = await reserve('--users', 'annn')
    assert.equal(elsewhere.code, 0)
    assert.match(elsewhere.stderr, /^on this host there is no user 'annn'; accounts come from fake, which/)
  })

  it('says what is wrong with the words, and asks for nothing then', async () => {
    const {site} = held
    await site.pass()
    for (const [words, code, told] of [
      ['drain', 2, /no node is named/],
      ['drain n2', 3, /there is no node 'n2'.*n1/],
      ['n2', 3, /there is no node 'n2'/],
      ['burn n1', 2, /'burn' is nothing to do with a node/],
      ['reserve n1', 2, /no --to is given/],
      ['reserve n1 --to soon', 2, /'soon' is no point in time/],
      ['reserve n1 --from 2031-01-01 --to 2030-01-01', 2, /it ends before it begins/],
      ['reserve n1 --to +99999999d', 2, /'\+99999999d' is no point in time/],
      ['ready n1 --to +2h', 2, /takes no --from/],
      ['ready n1 --reason x', 2, /takes no --reason/],
    ] as const) {
      const ran = await site.here(['nodes', ...words.split(' ')])
      assert.equal(ran.code, code, `${words}: ${ran.stderr}`)
      assert.match(ran.stderr, told)
    }
    await site.pass()
    assert.match((await site.here(['nodes'])).stdout, /^n1\tup\t/)
  })
})

describe('gpus', () => {
  const held = siteForEach()

  it('are those that the operator says a node has, asked for with -G, and told by number', async () => {
    const {site} = held
    site.configure([...site.lines, '[node.n1]', 'gpus = 2'])
    await site.pass()
    assert.match((await site.here(['submit', '-G', '3', 'x'])).stderr, /asks for 3 gpus.*\(n1\) has 2 gpus/)
    assert.match((await site.here(['submit', '-G', 'two', 'x'])).stderr, /'two' is no number of gpus/)
    assert.match(
      (await site.here(['submit', '-n', '-G', '2', 'x'])).stdout,
      /512M memory, 2 gpus, no time limit/,
    )
    for (const _ of [1, 2]) await site.here(['submit', '-G', '1', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.pass()
    assert.match((await site.here(['nodes'])).stdout, /^n1\tup\t\S+\t\S+\t2\/2\t2\t/)
    assert.match((await site.here(['show', '2'])).stdout, /\nnode +n1, gpus 1\n/)
    const {devices, resources} = await site.json<{devices: unknown; resources: {gpus: number}}>(['show', '1'])
    assert.deepEqual([devices, resources.gpus], [[0], 1])
  })
})
