/** A configuration that names what is not there, or not for it: told by those who read it, with the way to get it. */
import assert from 'node:assert/strict'
import {appendFileSync, mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {copyPlugin, SHORTEST} from '../../support/fixture-plugin.js'
import {type Document, siteForEach, type TestSite} from '../../support/site.js'

const MISSING =
  "no scheduler plugin provides 'topology'; there are: fifo, fairshare. Install it (god plugins install " +
  'god-scheduler-topology, by custom) or correct scheduler_policy.'

const configure = (site: TestSite, ...lines: readonly string[]): void =>
  site.configure(['executor = fake', 'default_images = busybox:local', 'node_name = n1', ...lines])

/** Linked by the user, without npm. */
const link = (site: TestSite): void => {
  const list = join(site.folder, '.local/share/god/package.json')
  mkdirSync(dirname(list), {recursive: true})
  const plugins = [{name: SHORTEST, type: 'link', root: copyPlugin(site.work)}]
  writeFileSync(list, JSON.stringify({oclif: {plugins}}))
}

describe('a configuration that names a scheduler that is not there', () => {
  const held = siteForEach()
  beforeEach(() => configure(held.site, 'scheduler_policy = topology'))

  it('stops the passes, with the way to get it', async () => {
    for (const args of [['schedule'], ['watch', '--once'], ['watch']])
      assert.deepEqual(await held.site.god(args), {stdout: '', stderr: `god: ${MISSING}\n`, code: 1})
  })

  it('is shown, and what is wrong with it is said', async () => {
    const {stdout, stderr, code} = await held.site.here(['config'])
    assert.equal(code, 1)
    assert.match(stdout, /^scheduler_policy\ttopology\t/m)
    assert.equal(stderr.split('\n').at(-2), `god: ${MISSING}`)
    const {errors} = await held.site.json<Document>(['config'])
    assert.deepEqual(
      errors?.map(({code: name}) => name),
      ['E_PROVIDER_UNKNOWN'],
    )
    assert.deepEqual((await held.site.here(['config', 'scheduler_policy'])).stdout, 'topology\n')
  })

  it('fails the doctor', async () => {
    const {stdout, code} = await held.site.here(['doctor'])
    assert.equal(code, 1)
    assert.match(
      stdout,
      /^FAIL +open +no scheduler plugin provides 'topology'; there are: fifo, fairshare\n +Install it/m,
    )
  })

  it('keeps nobody from submitting, looking and listing', async () => {
    for (const args of [['submit', 'x'], ['stat'], ['plugins'], ['plugins', 'providers']])
      assert.equal((await held.site.here(args)).code, 0, args.join(' '))
  })

  it('names the executor and the accounts in the same way', async () => {
    const {site} = held
    site.configure(['executor = pods', 'auth_policy = nis'])
    const {stderr} = await site.here(['config'])
    assert.match(
      stderr,
      /no executor plugin provides 'pods'; there are: docker, process, fake\. Install it .*god-executor-pods/,
    )
    assert.match(
      stderr,
      /no auth plugin provides 'nis'; there are: system, ldap, fake-accounts\. .*god-auth-nis.* or correct auth_policy\./,
    )
    assert.equal((await site.here(['submit', '-i', 'a', 'x'])).code, 0)
  })
})

describe('a configuration that names the plugin of a user', () => {
  const held = siteForEach()
  beforeEach(() => {
    link(held.site)
    configure(held.site, 'scheduler_policy = shortest')
  })

  it('is served in a directory of his own', async () => {
    assert.deepEqual(await held.site.god(['schedule']), {stdout: '', stderr: '', code: 0})
  })

  it('is not served in a directory of many users: what one of them installs serves him alone', async () => {
    const {site} = held
    const many = join(site.folder, 'many')
    await site.here(['init', many, '--executor', 'fake', '--multi-user'])
    appendFileSync(join(many, 'go-d.ini'), 'scheduler_policy = shortest\n')
    const {stderr, code} = await site.god(['schedule', '--dir', many])
    assert.equal(code, 1)
    assert.equal(
      stderr,
      `god: ${SHORTEST}, which provides the scheduler 'shortest', is installed for one user, and this directory is ` +
        `of many. As root: god plugins install --system ${SHORTEST}\n`,
    )
  })

  it('is told with its line what option is wrong, by all who read it', async () => {
    const {site} = held
    configure(site, 'scheduler_policy = shortest', '[plugin.shortest]', 'unlimited = much')
    const fault = `${site.layout.config}:6: unlimited = "much", but it must be integer`
    assert.match((await site.here(['schedule'])).stderr, new RegExp(fault))
    assert.match((await site.here(['config'])).stderr, new RegExp(fault))
    assert.match((await site.here(['doctor'])).stdout, new RegExp(`^FAIL +open +${fault}`, 'm'))
  })

  it('is warned by the doctor of a section that nobody reads', async () => {
    const {site} = held
    configure(site, '[plugin.shortset]', 'unlimited = 60')
    const {stdout, code} = await site.here(['doctor'])
    assert.equal(code, 0)
    assert.match(
      stdout,
      /^warn +plugins +the section \[plugin\.shortset\] is read by no plugin that is here$/m,
    )
    configure(site, '[plugin.shortest]', 'unlimited = 60')
    assert.doesNotMatch((await site.here(['doctor'])).stdout, /plugins/)
  })
})
