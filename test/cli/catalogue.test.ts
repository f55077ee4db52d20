import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {passHost} from '../../src/cli/pass-host.js'
import {openPatiently} from '../../src/cli/reach-site.js'
import {openSite} from '../../src/cli/site.js'
import {submitJob} from '../../src/cli/submit/submit.js'
import {jobId} from '../../src/core/brand.js'
import {CATALOGUE, type ErrorCode} from '../../src/core/catalogue.js'
import {GodError} from '../../src/core/errors.js'
import {ownIdentity} from '../../src/host/process.js'
import {packageRoot} from '../../src/plugin/package-root.js'
import {builtinProviders, pickProvider} from '../../src/plugin/resolver.js'
import {openService} from '../../src/service/open-service.js'
import {schedulerPass} from '../../src/service/scheduler.js'
import {realFileSystem} from '../../src/store/disk/file-system.js'
import {claimEpoch} from '../../src/store/epoch.js'
import {ROOT} from '../support/god.js'
import {siteForEach, type TestSite} from '../support/site.js'
import {skip} from '../support/skip.js'

interface Met {
  readonly code: string
  /** Null: no command ends with it; the request is kept with the reason. */
  readonly exit: number | null
}

const command = async (
  site: TestSite,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<Met> => {
  const [name = '', ...rest] = args
  const {stdout, code} = await site.here([name, '--json', ...rest], {env})
  return {code: JSON.parse(stdout).error.code, exit: code}
}

const thrown = async (act: () => unknown): Promise<Met> => {
  try {
    await act()
  } catch (error) {
    if (error instanceof GodError) return {code: error.code, exit: error.exit}
    throw error
  }
  throw new Error('nothing was thrown')
}

/** Why the scheduler kept the last request. */
const kept = async (site: TestSite): Promise<Met> => {
  await site.here(['schedule'])
  const folder = site.layout.dropFolder(site.open().uid)
  const name = readdirSync(folder).find(entry => entry.startsWith('.why.')) ?? ''
  return {code: JSON.parse(readFileSync(join(folder, name), 'utf8')).code, exit: null}
}

const request = (site: TestSite, name: string, text: string): void =>
  writeFileSync(join(site.layout.dropFolder(site.open().uid), `${name.repeat(24)}.req`), text, {mode: 0o640})

const runningJob = async (site: TestSite): Promise<void> => {
  await site.submit('FAKE_SECONDS=forever')
  await site.pass()
}

/** How each code is met. Null: not on this machine. */
const WAYS: Readonly<Record<ErrorCode, (site: TestSite) => Promise<Met | null>>> = {
  E_USAGE: site => command(site, ['stat', '--frob']),
  E_COMMAND_EMPTY: site => command(site, ['submit']),
  E_AMOUNT_BAD: site => command(site, ['submit', '-m', '12Q', 'x']),
  E_DIRECTIVE_BAD: site => {
    writeFileSync(join(site.work, 'run.sh'), '#!/bin/sh\n#GOD --tim 2h\n')
    return command(site, ['submit', 'run.sh'])
  },
  E_JOBS_BAD: site => command(site, ['submit', '--from', 'missing.ndjson']),
  E_TRACE_BAD: site => command(site, ['simulate', 'missing.swf']),
  E_IMAGE_BAD: site => command(site, ['submit', '-i', 'a b', 'x']),
  E_IMAGE_MISSING: site => {
    site.configure(['executor = fake'])
    return command(site, ['submit', 'x'])
  },
  E_NAME_BAD: site => command(site, ['submit', '-J', '\u001b', 'x']),
  E_ENV_BAD: site => command(site, ['submit', '-E', 'GOD_X=1', 'x']),
  E_SELECTOR_BAD: site => command(site, ['kill', '5-3']),
  E_SPEC_BAD: site => command(site, ['submit', '-D', 'x', 'x']),
  E_SCRIPT_BAD: site => {
    writeFileSync(join(site.work, 'bad'), Buffer.from([0x23, 0x21, 0xff]))
    return command(site, ['submit', './bad'])
  },
  E_REQUEST_TOO_LARGE: site => command(site, ['submit', 'x', 'y'.repeat(300_000)]),
  E_REQUEST_BAD: async site => {
    await site.submit()
    request(site, 'a', '{"v":1')
    return kept(site)
  },
  E_NO_ACCOUNT: async site => {
    await site.pass()
    return command(site, ['nodes', 'reserve', 'n1', '--to', '+1h', '--users', 'no-such-user'])
  },
  E_NO_JOB: site => command(site, ['show', '9']),
  E_NOT_PERMITTED: async site => {
    await runningJob(site)
    const log = join(site.layout.workOf(site.open().uid, jobId(1)), 'god.log')
    rmSync(log)
    symlinkSync('/etc/passwd', log)
    return command(site, ['logs', '1'])
  },
  E_WRONG_STATE: async site => {
    await runningJob(site)
    const {stdout, code} = await site.here(['hold', '1', '--json'])
    return {code: JSON.parse(stdout).jobs[0].code, exit: code}
  },
  E_RESOURCES_NEVER: async site => {
    await site.pass()
    return command(site, ['submit', '-c', '64', 'x'])
  },
  E_IMAGE_NOT_ALLOWED: site => {
    site.configure(['executor = fake', 'default_images = busybox', 'allow_user_images = no'])
    return command(site, ['submit', '-i', 'alpine', 'x'])
  },
  E_LIMIT: site => {
    site.configure(['executor = fake', 'default_images = busybox', 'max_cpu = 1'])
    return command(site, ['submit', '-c', '2', 'x'])
  },
  E_VOLUME_BAD: site => command(site, ['submit', '-v', '/etc:/etc', 'x']),
  E_VOLUME_REFUSED: site => command(site, ['submit', '-v', 'data', 'x']),
  E_PROJECT_REFUSED: site => command(site, ['submit', '-P', 'lab', 'x']),
  E_DEPEND_BAD: site => command(site, ['submit', '-d', 'afterok:1,', 'x']),
  E_DEPEND_REFUSED: site => command(site, ['submit', '-d', 'afterok:9', 'x']),
  E_NO_NODE: site => command(site, ['nodes', 'drain', 'n99']),
  E_NODE_NEVER: async site => {
    await site.pass()
    return command(site, ['submit', '-C', 'rack=9', 'x'])
  },
  E_RESOURCE_UNKNOWN: site => command(site, ['submit', '-r', 'fpga=1', 'x']),
  E_ROOT_REFUSED: site => {
    site.configure(['executor = fake', 'default_images = busybox', 'allow_root = none-such'])
    return command(site, ['submit', '--root', 'x'])
  },
  E_QUEUE_REFUSED: site => command(site, ['submit', '-q', 'long', 'x']),
  E_QUOTA: async site => {
    site.configure(['executor = fake', 'default_images = busybox', '[quota.user.*]', 'cpus = 1'])
    await site.here(['submit', '-c', '2', 'x'])
    return kept(site)
  },
  E_KEY_TAKEN: async site => {
    await site.here(['submit', '--key', 'k', 'true'])
    return command(site, ['submit', '--key', 'k', 'false'])
  },
  E_ID_TAKEN: async site => {
    await site.submit()
    const folder = site.layout.dropFolder(site.open().uid)
    const [name = ''] = readdirSync(folder)
    const {sum: _, ...asked} = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    await site.here(['schedule'])
    request(site, 'a', JSON.stringify({...asked, tok: 'a'.repeat(24)}))
    return kept(site)
  },
  E_DIR_MISSING: site => command(site, ['stat', '--dir', site.work]),
  E_DIR_LOOSE: async site => {
    const many = join(site.folder, 'many')
    await site.here(['init', many, '--executor', 'fake', '--multi-user'])
    chmodSync(join(many, 'lock'), 0o777)
    return command(site, ['schedule', '--dir', many])
  },
  E_SERVICE_RIGHTS: site =>
    command(site, ['init', join(site.folder, 'm'), '--multi-user', '--service-account', 'root']),
  E_DIR_BAD: site => {
    writeFileSync(site.layout.format, '{"format":2}')
    rmSync(site.layout.formatCopy)
    return command(site, ['stat'])
  },
  E_DIR_NEWER: site => {
    writeFileSync(site.layout.format, '{"format":3}')
    rmSync(site.layout.formatCopy)
    return command(site, ['stat'])
  },
  E_DIR_BUSY: () =>
    thrown(() =>
      openPatiently({
        open: () => {
          throw Object.assign(new Error('stale'), {code: 'ESTALE'})
        },
        delay: async () => undefined,
        note: () => undefined,
      }),
    ),
  E_DIR_FOREIGN: async site => {
    // Only root can give a folder away.
    if (process.getuid?.() !== 0) return null
    mkdirSync(join(site.work, '.god'))
    chownSync(join(site.work, '.god'), 64_101, 64_101)
    return command(site, ['stat'], {GOD_SHARED_DIR: undefined})
  },
  E_DIR_EXISTS: site => command(site, ['init', site.dir]),
  E_CONFIG_BAD: site => {
    chmodSync(site.layout.config, 0o666)
    return command(site, ['stat'])
  },
  E_PROVIDER_UNKNOWN: site => command(site, ['init', join(site.work, 'x'), '--executor', 'slurm']),
  E_PROVIDER_BAD: () => {
    const old = builtinProviders(packageRoot()).map(provider => ({...provider, api: 99}))
    return thrown(() => pickProvider(old, 'executor', 'fake'))
  },
  E_PLUGIN_FAILED: async site => {
    const {stdout, code} = await site.here(['plugins', 'uninstall', 'nope', '--json'])
    return {code: JSON.parse(stdout).error.code, exit: code}
  },
  E_HALTED: site => {
    writeFileSync(site.layout.halt, 'test\n')
    return command(site, ['schedule'])
  },
  E_LEASE_HELD: site => {
    mkdirSync(join(site.layout.locks, 'scheduler.lock'))
    writeFileSync(join(site.layout.locks, 'scheduler.holder'), JSON.stringify(ownIdentity()))
    return command(site, ['fsck', '--repair'])
  },
  E_FENCED: async site => {
    const open = await openService(passHost({dir: site.dir, json: false}, 'scheduler', false))
    const {durable, layout} = open.service
    const older = claimEpoch(durable, layout, 'older')
    claimEpoch(durable, layout, 'younger')
    return thrown(() => schedulerPass(open.service, older))
  },
  E_DISK: site => {
    rmSync(site.layout.inbox, {recursive: true})
    writeFileSync(site.layout.inbox, '')
    return command(site, ['submit', 'x'])
  },
  E_DISK_FULL: site => {
    const write = (): never => {
      throw Object.assign(new Error('ENOSPC'), {code: 'ENOSPC'})
    }
    const full = openSite({dir: site.dir}, {...realFileSystem, write})
    return thrown(() => submitJob(full, {command: {kind: 'argv', argv: ['x']}}))
  },
  E_RECORD_BAD: async site => {
    await runningJob(site)
    unlinkSync(site.layout.spec(jobId(1)))
    writeFileSync(site.layout.spec(jobId(1)), 'nonsense')
    return command(site, ['logs', '1'])
  },
  E_TIMED_OUT: async site => {
    await site.submit()
    return command(site, ['wait', '1', '--timeout', '0'])
  },
  E_INTERRUPTED: async site => {
    await site.submit()
    const waiting = site.start(['wait', '1', '--json'])
    await waiting.listening()
    waiting.child.kill('SIGINT')
    const {stdout, code} = await waiting.done
    return {code: JSON.parse(stdout).error.code, exit: code}
  },
  E_BUG: async site => {
    const env = {NODE_OPTIONS: `--require ${ROOT}test/support/breaks.cjs`, TMPDIR: site.folder}
    const {stdout, code} = await site.god(['stat', '--json'], {env})
    return {code: JSON.parse(stdout).error.code, exit: code}
  },
}

describe('every error of the catalogue', () => {
  const held = siteForEach()

  it('has a way to be met', () => {
    assert.deepEqual(Object.keys(WAYS).sort(), Object.keys(CATALOGUE).sort())
  })

  for (const code of Object.keys(CATALOGUE) as ErrorCode[]) {
    it(`${code} is met, with its exit code`, async function () {
      const met = await WAYS[code](held.site)
      if (met === null) return skip(this, 'this user cannot be brought to it')
      assert.deepEqual(met, {code, exit: met.exit === null ? null : CATALOGUE[code].exit})
    })
  }
})
