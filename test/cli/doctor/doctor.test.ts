import assert from 'node:assert/strict'
import {chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {siteForEach} from '../../support/site.js'

interface Examined {
  readonly schema: number
  readonly healthy: boolean
  readonly findings: readonly {
    readonly check: string
    readonly severity: string
    readonly text: string
    readonly remedy: string | null
  }[]
}

describe('god doctor', () => {
  const held = siteForEach()

  it('finds a good site good, a line a check', async () => {
    const {stdout, stderr, code} = await held.site.god(['doctor'])
    assert.deepEqual([stderr, code], ['', 0])
    // How fast the disk of a busy machine is, and what lies where, is not ours to say.
    const lines = stdout.replace(/^warn( +(?:sync|mount|space|inotify) .*)\n .*/gm, 'ok$1').split('\n')
    assert.deepEqual(
      lines.map(line => line.slice(0, 18).split(/ +/).slice(0, 2).join(' ')),
      [
        'config',
        'halt',
        'exclusive',
        'owner',
        'clock',
        'sync',
        'account',
        'nodes',
        'quarantine',
        'requests',
        'temporaries',
        'access',
        'records',
        'names',
        'engine-jobs',
        'node-jobs',
        'engine',
        'mount',
        'space',
        'inotify',
      ]
        .map(check => `ok ${check}`)
        .concat(''),
    )
  })

  it('tells the same as one document', async () => {
    const {schema, healthy, findings} = await held.site.json<Examined>(['doctor'])
    assert.deepEqual([schema, healthy], [1, true])
    assert.deepEqual(findings.at(-4), {
      check: 'engine',
      severity: 'ok',
      text: 'simulated engine, nothing really runs',
      remedy: null,
    })
  })

  it('names what the configuration names and nobody has', async () => {
    const {site} = held
    await site.pass()
    site.configure([
      ...site.lines,
      'operators = daemon, no-operator, 4711',
      'allow_root = no-root',
      ...[
        '[queue.long]',
        'nodes = n1, n9, gpu=a100',
        'users = *',
        'groups = bin, no-group',
        '[node.n8]',
        'gpus = 1',
      ],
      ...['[plugin.fairshare]', 'weight_agee = 1', '[plugin.ldap]', 'url = x'],
    ])
    const {stdout, code} = await site.here(['doctor'])
    assert.equal(code, 0)
    assert.match(
      stdout,
      /^warn +names +operators: nobody is called 'no-operator'; users: nobody is called 'no-root'; groups: there is none called 'no-group'; \[queue\.long\] nodes: none is known as 'n9'; \[node\.n8\]: no such node is known\n +Correct go-d\.ini/m,
    )
    assert.match(
      stdout,
      /^warn +plugins +.*go-d\.ini:\d+: fairshare takes no option 'weight_agee'\n +Did you mean weight_age\?/m,
    )
    assert.match(
      stdout,
      /^warn +plugins +\[plugin\.ldap\] must have required property 'user_base'\n +Correct or remove it/m,
    )
    assert.equal((await site.here(['config'])).code, 0)
  })

  it('warns of what slows every command down', async () => {
    const {site} = held
    const {stdout, code} = await site.here(['doctor'], {env: {NODE_EXTRA_CA_CERTS: '/etc/ca.crt'}})
    assert.equal(code, 0)
    assert.match(stdout, /^warn +start-up +NODE_EXTRA_CA_CERTS is set \(\/etc\/ca\.crt\).*\n +Unset it/m)
  })

  it('finds what keeps jobs from running, and what to do, and goes on to the end', async () => {
    const {site} = held
    writeFileSync(site.layout.halt, 'tests\u001b[2J')
    mkdirSync(join(site.layout.quarantine, 'x'))
    const {stdout, code} = await site.here(['doctor'])
    assert.equal(code, 1)
    assert.match(stdout, /^FAIL +halt +HALT is set: tests\\x1b\[2J\n +Cure the cause, then remove .*HALT\.$/m)
    assert.match(stdout, /^ok +engine/m)
    assert.equal((await site.json<Examined>(['doctor'])).healthy, false)
  })

  it('warns of what crashes left and nobody sweeps, and of folders that are open to others', async () => {
    const {site} = held
    const left = join(site.layout.nodes, '.t.0')
    writeFileSync(left, '')
    utimesSync(left, 1, 1)
    chmodSync(site.layout.journal, 0o777)
    const {stdout, code} = await site.here(['doctor'])
    assert.equal(code, 0)
    assert.match(
      stdout,
      /^warn +temporaries +1 is older than two days, the first is .*\.t\.0\n +Let a scheduler/m,
    )
    assert.match(stdout, /^warn +access +.*journal: its mode is 0777, not 0755\n +See 'god fsck'/m)
  })

  it('finds an account that is not there', async () => {
    const {site} = held
    site.configure(['executor = fake', 'node_name = n1', 'root_runs_as = no-such-user'])
    const {findings} = await site.json<Examined>(['doctor'])
    const account = findings.find(({check}) => check === 'account')
    assert.equal(account?.severity, process.getuid?.() === 0 ? 'error' : 'ok')
  })

  it('warns of live jobs that are left alone after a change of the engine or of the name of the node', async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    const warnings = async (...config: string[]) => {
      site.configure([...config, 'default_images = busybox:local'])
      const {findings} = await site.json<Examined>(['doctor'])
      return findings
        .filter(({check}) => check.endsWith('-jobs'))
        .map(({severity, text}) => `${severity}: ${text}`)
    }
    const fine = [
      'ok: no live job of this node is of another engine',
      'ok: no live job is on a node without a watcher',
    ]
    assert.deepEqual(await warnings('executor = fake', 'node_name = n1'), fine)
    assert.deepEqual(await warnings('executor = process', 'node_name = n1'), [
      'warning: 1 live job of another engine than process:n1, the first 1 of fake:n1: left alone',
      fine[1],
    ])
    assert.deepEqual(await warnings('executor = fake', 'node_name = n2'), [
      fine[0],
      'warning: 1 live job on nodes that nobody watches now: n1',
    ])
  })

  it('warns of what lies in a drop folder and was no request', async () => {
    const {site} = held
    await site.submit()
    const drop = site.layout.dropFolder(site.open().uid)
    symlinkSync('/etc/passwd', join(drop, `${'b'.repeat(24)}.req`))
    await site.pass()
    const {stdout, code} = await site.here(['doctor'])
    assert.equal(code, 0)
    assert.match(
      stdout,
      /^warn +requests +1 not taken, the first in .*: it is a symbolic link\n +Ask uid \d+ what .*\.bad\.b+ is/m,
    )
  })

  it('finds an engine that does not answer', async () => {
    const {site} = held
    site.configure(['executor = docker', 'docker_url = unix:///nonexistent.sock', 'node_name = n1'])
    const {stdout, code} = await site.here(['doctor'])
    assert.equal(code, 1)
    assert.match(
      stdout,
      /^FAIL +nodes +the executor does not answer: .*\n +Start the engine, or correct docker_url\.$/m,
    )
  })

  it('finds a directory that is none', async () => {
    const {site} = held
    const {stdout, code} = await site.here(['doctor', '--dir', site.work])
    assert.equal(code, 1)
    assert.match(stdout, /^FAIL +open +.* is not a shared directory\n +Make one with 'god init /m)
  })
})
