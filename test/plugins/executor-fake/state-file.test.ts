/** The fake executor of trials: its engine is a file that many processes of god share. */
import assert from 'node:assert/strict'
import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {ContainerSpec, Executor} from '@god-cli/api'
import createExecutor from '../../../plugins/executor-fake/src/index.js'
import {aSpec} from './world.js'

const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length

describe('a simulated engine in a file', () => {
  let stateDir: string
  let now: number
  let open: Executor[]
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'god-fake-'))
    now = 1000
    open = []
  })
  afterEach(async () => {
    for (const executor of open) await executor.close()
    rmSync(stateDir, {recursive: true, force: true})
  })

  const god = (options: Record<string, string> = {}): Executor => {
    const executor = createExecutor({
      log: () => {},
      now: () => now,
      delay: async () => {},
      options,
      cluster: 'cluster',
      node: 'here',
      stateDir,
      signal: new AbortController().signal,
    })
    open.push(executor)
    return executor
  }
  const inFolder = (env: Record<string, string> = {}): ContainerSpec => {
    const spec = aSpec(env)
    const source = join(stateDir, `work-${spec.job}`)
    mkdirSync(source)
    return {...spec, workDir: {...spec.workDir, source}}
  }
  const text = ({workDir}: ContainerSpec, name: string): string =>
    readFileSync(join(workDir.source, name), 'utf8')

  it('is the same for two processes, and leaves the marks of a wrapper', async () => {
    const [one, two] = [god(), god()]
    const spec = inFolder({FAKE_SECONDS: '5', FAKE_EXIT: '4'})
    await one.create(spec)
    assert.deepEqual(await two.start(spec.name), {answer: 'started'})
    assert.equal((await one.inspect(spec.name))?.status, 'running')
    assert.match(text(spec, 'god.log'), /fake executor/)
    now += 5000
    assert.equal((await one.inspect(spec.name))?.exitCode, 4)
    assert.equal(text(spec, 'started.1/exit'), '4\n')
    await two.remove(spec.name, spec.name)
    await two.remove('fake1', 'fake1')
    assert.deepEqual(await one.list(), [])
  })

  it('starts nothing twice: the fence is a folder', async () => {
    const spec = inFolder()
    mkdirSync(join(spec.workDir.source, 'started.1'))
    const executor = god()
    await executor.create(spec)
    await executor.start('fake1')
    assert.equal((await executor.inspect(spec.name))?.exitCode, 125)
    assert.equal(existsSync(join(spec.workDir.source, 'god.log')), false)
  })

  it('goes on when the directory of a job is deleted under it', async () => {
    const spec = inFolder({FAKE_SECONDS: '5'})
    const executor = god()
    await executor.create(spec)
    await executor.start('fake1')
    rmSync(spec.workDir.source, {recursive: true})
    now += 5000
    assert.equal((await executor.inspect(spec.name))?.exitCode, 0)
  })

  it('is empty if the file is damaged', async () => {
    const executor = god()
    await executor.create(inFolder())
    writeFileSync(join(stateDir, 'engine.json'), '{"serial":')
    assert.deepEqual(await executor.list(), [])
  })

  it('loses no container of two processes that make theirs at the same time', async () => {
    const url = new URL('../../../plugins/executor-fake/src/index.ts', import.meta.url).href
    const code = `
      const {default: create} = await import(${JSON.stringify(url)})
      const [stateDir, text, who] = process.argv.slice(1)
      const spec = JSON.parse(text)
      const executor = create({log() {}, now: () => 1000, delay: async () => {}, options: {}, cluster: 'cluster', node: 'n', stateDir})
      for (let n = 0; n < 50; n += 1) await executor.create({...spec, name: who + n})`
    const makers = ['a', 'b'].map(who => {
      const words = ['--import=tsx', '--input-type=module', '-e', code]
      return spawn(process.execPath, [...words, stateDir, JSON.stringify(aSpec()), who], {stdio: 'inherit'})
    })
    const codes = await Promise.all(makers.map(maker => once(maker, 'exit').then(([exit]) => exit)))
    assert.deepEqual(codes, [0, 0])
    const names = (await god().list()).map(({name}) => name)
    assert.equal(new Set(names).size, 100)
  })

  it('steals the lock of a process that was shot while it had it', async () => {
    const {pid} = spawnSync('true')
    const lock = join(stateDir, 'engine.json.lock')
    mkdirSync(join(lock, String(pid)), {recursive: true})
    assert.equal((await god().create(inFolder())).answer, 'created')
    assert.equal(existsSync(lock), false)
  })

  it('does nothing without the lock, and leaves it to the process that has it', async () => {
    const holder = join(stateDir, 'engine.json.lock', String(process.ppid))
    mkdirSync(holder, {recursive: true})
    const spec = inFolder()
    await assert.rejects(god().create(spec), /engine\.json\.lock is held by process \d+$/)
    assert.equal(existsSync(holder), true)
    rmSync(holder, {recursive: true})
    assert.equal((await god().create(spec)).answer, 'created')
    assert.deepEqual(
      readdirSync(stateDir).filter(name => name.includes('lock')),
      [],
    )
  })

  it('has the capacity that its options say, where they say one', async () => {
    const [node] = await god({node_cpus: '2000', node_memory: ''}).nodes()
    assert.deepEqual(node?.capacity, {cpus: 2000, memory: 8 * 1024 ** 3, gpus: 0})
  })

  it('refuses an option that is no amount, by its name, its value and what is expected', () => {
    for (const text of ['x', '0', '-1', '1.5', '1e3', ' 5', '9007199254740993'])
      assert.throws(() => god({node_memory: text}), {
        message: `node_memory is ${JSON.stringify(text)}; expected a whole number of bytes, from 1`,
      })
    assert.throws(() => god({node_cpus: 'all'}), /node_cpus is "all"; expected .* thousandths of a cpu/)
  })

  it('wakes a watcher when a state changes, until it is closed', async () => {
    const executor = god()
    let wakes = 0
    let woken = (): void => {}
    const next = (): Promise<void> =>
      new Promise(resolve => {
        woken = resolve
      })
    executor.watch(() => {
      wakes += 1
      woken()
    })
    const created = next()
    await executor.create(inFolder({FAKE_SECONDS: '5'}))
    await created
    const started = next()
    await executor.start('fake1')
    await started
    const ended = next()
    now += 5000
    await ended
    assert.equal(wakes, 3)
    const before = timers()
    await executor.close()
    assert.equal(timers(), before - 1)
  })
})
