/** A site of many users that an account of its own serves, which is not root; a real account, and real processes. */
import assert from 'node:assert/strict'
import {chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {jobId, uid} from '../../src/core/brand.js'
import {canMakeAccounts, type HostAccount, makeAccount, servingAs} from '../support/accounts.js'
import {BIN, run} from '../support/god.js'
import {ANN, BOB, ManySite} from '../support/many-site.js'
import {skip} from '../support/skip.js'

const everythingIn = (folder: string): readonly string[] =>
  readdirSync(folder, {recursive: true, encoding: 'utf8'}).map(name => join(folder, name))

describe('a site of many users that an account of its own serves', function () {
  this.timeout(120_000)
  let servant: HostAccount
  let site: ManySite

  before(function () {
    if (!canMakeAccounts()) skip(this, 'needs accounts that can be made, and may read this clone')
    servant = makeAccount('god-t-servant')
  })
  after(() => servant?.remove())
  beforeEach(async () => {
    site = await new ManySite(servant).init()
  })
  afterEach(() => site.close())

  const init = (name: string, ...more: readonly string[]) =>
    site.asRoot('init', join(site.folder, 'other'), '--multi-user', '--service-account', name, ...more)

  it('is all of that account, and lets its users do what they may anywhere', async () => {
    for (const path of [site.dir, ...everythingIn(site.dir)])
      assert.deepEqual([lstatSync(path).uid, lstatSync(path).gid], [servant.uid, servant.gid], path)
    assert.equal((await site.as(ANN, 'submit', '--', 'echo', 'secret')).code, 0)
    assert.equal((await site.as(BOB, 'submit', '-E', 'FAKE_SECONDS=forever', '--', 'b')).code, 0)
    await site.pass()
    assert.deepEqual(await site.states(ANN), [
      [1, 'daemon', 'done'],
      [2, 'bin', 'running'],
    ])
    const {layout} = site
    const copy = lstatSync(layout.specCopy(uid(ANN), jobId(1)))
    assert.deepEqual([copy.uid, copy.mode & 0o777], [ANN, 0o400])
    assert.match((await site.as(ANN, 'show', '1')).stdout, /^command +echo secret$/m)
    assert.doesNotMatch((await site.as(BOB, 'show', '1')).stdout, /secret/)
    assert.equal((await site.as(ANN, 'kill', '2')).code, 4)
    assert.equal((await site.as(BOB, 'kill', '2')).code, 0)
    await site.pass()
    assert.equal((await site.serve(['fsck'])).code, 0)
    assert.equal((await site.asRoot('fsck')).code, 0)
    // What root mends would be root's, and stop that account.
    const mending = await site.asRoot('fsck', '--repair')
    assert.match(
      mending.stderr,
      new RegExp(`belongs to uid ${servant.uid}, and what uid 0 mends would be its own`),
    )
    assert.equal(mending.code, 4)
    assert.equal((await site.serve(['fsck', '--repair'])).code, 0)
  })

  it('T16, T17: closes to its users what root’s would', async () => {
    const {layout} = site
    await site.as(ANN, 'submit', '-H', '--', 'echo', 'x')
    const drop = layout.dropFolder(uid(ANN))
    const [name = ''] = readdirSync(drop)
    for (const words of [
      ['ls', layout.inbox],
      ['cat', join(drop, name)],
      ['rm', '-f', join(drop, name)],
      ['touch', join(layout.live, 'x')],
      ['touch', join(layout.locks, 'x')],
    ])
      assert.notEqual(site.tries(BOB, ...words), 0, words.join(' '))
    await site.pass()
    assert.notEqual(site.tries(ANN, 'cat', layout.spec(jobId(1))), 0)
  })

  it('is not served without a right that it takes, and says which', async () => {
    for (const [rights, lack] of [
      [[], 'CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID'],
      [['chown', 'dac_override', 'fowner', 'setgid'], 'SETUID'],
    ] as const)
      for (const words of [['schedule'], ['watch', '--once'], ['gc']]) {
        const {stderr, code} = await site.serve(words, rights)
        assert.match(stderr, new RegExp(`lacks the capabilities ${lack}\\. .*docs/many-users\\.md`))
        assert.equal(code, 1)
      }
    const {stdout} = await site.serve(['doctor'], [])
    assert.match(stdout, /FAIL +service +uid \d+ serves .* lacks the capabilities CHOWN/)
    assert.match((await site.serve(['doctor'])).stdout, /ok +service +uid \d+ may serve many users/)
  })

  it('T18: is served by nobody else, root neither, and not while others could change it', async () => {
    const {layout} = site
    const root = await site.asRoot('schedule')
    assert.match(root.stderr, new RegExp(`belongs to uid ${servant.uid}; you are uid 0\\. Passes are run by`))
    assert.equal(root.code, 4)
    const refused = async (words: RegExp): Promise<void> => {
      const {stderr, code} = await site.serve(['watch', '--once'])
      assert.match(stderr, words)
      assert.equal(code, 1)
    }
    chmodSync(layout.nodes, 0o777)
    await refused(/nodes has mode 0777, not 0755/)
    chmodSync(layout.nodes, 0o755)
    chownSync(layout.locks, ANN, ANN)
    await refused(/lock belongs to uid 1, not to uid/)
    chownSync(layout.locks, servant.uid, servant.gid)
    chmodSync(site.folder, 0o777)
    await refused(/has mode 0777, and the shared directory is below it/)
    chmodSync(site.folder, 0o755)
    await site.pass()
  })

  it('T30: runs jobs of that account as the harmless one, as it does those of root', async () => {
    assert.equal((await site.serve(['submit', '--', 'x'], [])).code, 0)
    assert.equal((await site.asRoot('submit', '--', 'x')).code, 0)
    await site.pass()
    for (const [owner, id] of [
      [servant.uid, 1],
      [0, 2],
    ] as const)
      assert.equal(lstatSync(join(site.layout.work, `u${owner}`, String(id))).uid, 65_534)
    assert.deepEqual(
      (await site.states(ANN)).map(([, user, state]) => [user, state]),
      [
        [servant.name, 'done'],
        ['root', 'done'],
      ],
    )
  })

  it('T37: looks at a folder with the rights of its user, not with those it was given', async () => {
    const closed = join(site.folder, 'closed')
    mkdirSync(join(closed, 'in'), {recursive: true})
    chmodSync(closed, 0o700)
    mkdirSync(join(site.folder, 'open'))
    const program = `import('${new URL('../../src/host/look-as.ts', import.meta.url).href}').then(async ({lookAs}) => {
      const ann = {uid: ${ANN}, gid: ${ANN}, groups: [${ANN}], name: 'ann', home: '/'}
      for (const path of ['open', 'closed/in']) console.log(JSON.stringify(await lookAs(ann, '${site.folder}/' + path)))
    })`
    const look = async (rights?: readonly string[]): Promise<readonly string[]> => {
      const words = [...servingAs(servant, rights), process.execPath, '--import', 'tsx', '-e', program]
      const cwd = new URL('../..', import.meta.url).pathname
      const ran = await run(words[0] ?? '', words.slice(1), {cwd, env: {NODE_V8_COVERAGE: ''}}).done
      return ran.stdout.trim().split('\n')
    }
    const seen = await look()
    assert.deepEqual(seen[0], '{"uid":0,"mode":493}')
    assert.match(seen[1] ?? '', /closed\/in is closed to the user/)
    for (const line of await look([])) assert.match(line, /cannot be looked at as uid 1/)
  })

  it('is made by root for an account that is fit for it', async () => {
    const other = join(site.folder, 'other')
    const refused = async (words: RegExp, name: string, ...more: readonly string[]): Promise<void> => {
      const {stderr, code} = await init(name, ...more)
      assert.match(stderr, words)
      assert.equal(code, 1)
      assert.equal(existsSync(other), false)
    }
    await refused(
      /god-t-nobody cannot serve .*: this host has no such account\. Make it: useradd/,
      'god-t-nobody',
    )
    await refused(/root cannot serve .*: that is root\. Leave --service-account out/, 'root')
    await refused(
      /executor = process runs jobs as processes of this host/,
      servant.name,
      '--executor',
      'process',
    )
    const guest = makeAccount('god-t-guest')
    try {
      await run('usermod', ['-a', '-G', servant.name, guest.name]).done
      await refused(
        /its first group \(\d+\) is also of god-t-guest, who could read what users drop/,
        servant.name,
      )
    } finally {
      guest.remove()
    }
    assert.equal((await site.asRoot('init', other, '--service-account', servant.name)).code, 2)
    const {stderr} = await site.serve(['init', other, '--multi-user', '--service-account', servant.name])
    assert.match(stderr, /is made by root; you are uid/)
    // Root was interrupted before he had given it away.
    mkdirSync(other)
    assert.equal((await init(servant.name, '--executor', 'fake')).code, 0)
    assert.equal(lstatSync(join(other, 'FORMAT')).uid, servant.uid)
    const full = join(site.folder, 'full')
    mkdirSync(full)
    writeFileSync(join(full, 'x'), '')
    const no = await site.asRoot('init', full, '--multi-user', '--service-account', servant.name)
    assert.match(no.stderr, /full is there already, with mode 0755 and owner 0/)
  })

  it('starts no executor that gives jobs more than their users have', async () => {
    writeFileSync(site.layout.config, 'executor = process\n')
    const {stderr, code} = await site.serve(['schedule'])
    assert.match(stderr, /executor = process runs jobs as processes .*Take executor = docker/)
    assert.equal(code, 1)
  })

  it('is open to its users whatever the umask of that account is', async () => {
    await site.as(ANN, 'submit', '--', 'echo', 'x')
    const [program = '', ...words] = servingAs(servant)
    const script = `umask 077; '${process.execPath}' '${BIN}' schedule && '${process.execPath}' '${BIN}' watch --once`
    const env = {GOD_SHARED_DIR: site.dir, NODE_V8_COVERAGE: ''}
    assert.equal((await run(program, [...words, 'sh', '-c', script], {env}).done).code, 0)
    assert.match((await site.as(ANN, 'show', '1')).stdout, /^state +done/m)
  })
})
