/**
 * R27: what ends a process, in each state of each long-lived command: the exit codes that were promised, no lock and no
 * unfinished file left, and the jobs as they were.
 */
import assert from 'node:assert/strict'
import {existsSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {jobId} from '../../src/core/brand.js'
import {tellCases} from '../support/amount.js'
import {BIN, type Interruptible, run, until} from '../support/god.js'
import {siteForEach, type TestSite} from '../support/site.js'

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
type Signal = (typeof SIGNALS)[number]
/** Of a process that does not listen yet. */
const UNHEARD: Readonly<Record<Signal, number>> = {SIGTERM: 143, SIGINT: 130, SIGHUP: 129}

interface LongLived {
  readonly args: readonly string[]
  /** A service has done its duty when it is told to stop; one who waits has not got what he waited for. */
  readonly kind: 'service' | 'waiting'
  /** What it says once it is at it. */
  readonly says: RegExp | null
}

const SERVICES: readonly LongLived[] = [
  {args: ['watch'], kind: 'service', says: /scheduler and watcher of/},
  {args: ['watch', '--no-schedule'], kind: 'service', says: /watcher of/},
  {args: ['schedule', '--watch'], kind: 'service', says: /scheduler of/},
  {args: ['schedule', '--cron', '* * * * *'], kind: 'service', says: null},
]

const WAITING: readonly LongLived[] = [
  {args: ['wait', '1'], kind: 'waiting', says: null},
  {args: ['logs', '-f', '1'], kind: 'waiting', says: /output/},
  {args: ['stat', '-w', '-Q'], kind: 'waiting', says: /1\n/},
  {args: ['submit', '-W', '-E', 'FAKE_SECONDS=forever', 'x'], kind: 'waiting', says: /Submitted/},
]

const codeOf = ({kind}: LongLived, signal: Signal): number =>
  kind === 'service' && signal !== 'SIGINT' ? 0 : 130

/** Locks of the service, and files that nobody finished. */
const left = ({dir}: TestSite): readonly string[] =>
  readdirSync(dir, {recursive: true, encoding: 'utf8'}).filter(
    name => /(^|\/)\.t\./.test(name) || /^lock\/.*\.(lock|holder)$/.test(name),
  )

describe('R27: what ends a process', function () {
  this.timeout(120_000)
  const held = siteForEach()
  let cases = 0
  after(() => tellCases('R27', cases, cases))

  beforeEach(async () => {
    const {site} = held
    await site.submit('FAKE_SECONDS=forever')
    await site.pass()
    writeFileSync(join(site.layout.workOf(site.open().uid, jobId(1)), 'god.log'), 'output\n')
  })

  const rests = async (where: string): Promise<void> => {
    const {site} = held
    cases++
    assert.deepEqual(left(site), [], where)
    const {jobs} = await site.json(['stat', '1'])
    assert.equal(jobs[0]?.state, 'running', where)
  }

  const begun = async ({args, says}: LongLived): Promise<Interruptible> => {
    const running = held.site.start(args)
    await running.listening()
    if (says !== null) await running.seen(says)
    return running
  }

  for (const command of [...SERVICES, ...WAITING]) {
    const name = command.args.slice(0, 3).join(' ')

    it(`R27: god ${name}, by each signal while it waits`, async () => {
      for (const signal of SIGNALS) {
        const running = await begun(command)
        running.child.kill(signal)
        const {code, stderr} = await running.done
        assert.equal(code, codeOf(command, signal), `${signal}: ${stderr}`)
        await rests(signal)
      }
    })

    it(`R27: god ${name}, by a signal before it is begun`, async () => {
      const running = run(process.execPath, [BIN, ...command.args], held.site.options())
      running.child.kill('SIGTERM')
      assert.equal((await running.done).code, UNHEARD.SIGTERM)
      await rests('at once')
    })

    it(`R27: god ${name}, by SIGPIPE not at all`, async () => {
      const running = await begun(command)
      running.child.kill('SIGPIPE')
      running.child.kill('SIGTERM')
      assert.equal((await running.done).code, codeOf(command, 'SIGTERM'))
      await rests('SIGPIPE')
    })

    it(`R27: god ${name}, when its terminal is closed`, async () => {
      const line = `echo "pid=$$"; exec ${process.execPath} ${BIN} ${command.args.map(word => `'${word}'`).join(' ')}`
      const mark = join(held.site.folder, 'listening')
      const options = held.site.options({stdin: null})
      const env = {...options.env, SHELL: '/bin/sh', TELL_LISTENING: mark}
      const preload = {
        ...env,
        NODE_OPTIONS: `--require ${join(BIN, '../../test/support/tell-listening.cjs')}`,
      }
      const terminal = run('script', ['-qec', line, '/dev/null'], {...options, env: preload})
      let screen = ''
      terminal.child.stdout?.on('data', (text: string) => {
        screen += text
      })
      await until(() => existsSync(mark), `${name} catches no signal: ${screen}`)
      const pid = /pid=(\d+)/.exec(screen)?.[1] ?? assert.fail(screen)
      terminal.child.kill('SIGKILL')
      await until(() => !existsSync(`/proc/${pid}`), `${name} lives on without its terminal`)
      await rests('terminal')
    })
  }

  for (const command of SERVICES.slice(0, 3)) {
    it(`R27: god ${command.args.join(' ')}, by a signal in the middle of its work`, async () => {
      const {site} = held
      const running = await begun(command)
      for (let i = 0; i < 5; i++) await site.submit('FAKE_SECONDS=0')
      running.child.kill('SIGTERM')
      assert.equal((await running.done).code, 0)
      await rests('at work')
    })
  }

  it('R27: god stat -w and god logs -f end well when their reader has gone', async () => {
    const {site} = held
    const gone = await site.shell('$GOD stat -w -Q | head -n 1; echo "$' + '{PIPESTATUS[0]}"')
    assert.equal(gone.stdout, '1\n0\n')
    await rests('stat')
    writeFileSync(join(site.layout.workOf(site.open().uid, jobId(1)), 'god.log'), 'output\n'.repeat(100_000))
    const logs = await site.shell('$GOD logs -f 1 | head -n 1; echo "$' + '{PIPESTATUS[0]}"')
    assert.equal(logs.stdout, 'output\n0\n')
    await rests('logs')
  })

  /** Until then it waits in the kernel, as every program whose output is in order. */
  it('R27: god logs -f into a pipe that nobody reads ends when its reader has gone', async () => {
    const {site} = held
    writeFileSync(join(site.layout.workOf(site.open().uid, jobId(1)), 'god.log'), 'output\n'.repeat(100_000))
    const running = site.start(['logs', '-f', '1'])
    await running.listening()
    running.child.stdout?.pause()
    const ended = new Promise<number>(resolve => running.child.once('exit', code => resolve(code ?? -1)))
    running.child.kill('SIGTERM')
    running.child.stdout?.destroy()
    assert.ok([0, 130].includes(await ended))
    await rests('a full pipe')
  })
})
