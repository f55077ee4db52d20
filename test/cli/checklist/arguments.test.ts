/** The forty points of a good command line, 19-25: words, selectors, variables, questions. */
import assert from 'node:assert/strict'
import {commandTable} from '../../../src/plugin/command-table.js'
import {ROOT} from '../../support/god.js'
import {siteForAll, siteForEach} from '../../support/site.js'
import {onTerminal} from '../../support/terminal.js'

const TABLE = commandTable([ROOT])
const FLAGS = TABLE.flatMap(({id, flags}) =>
  Object.entries(flags).map(([name, flag]) => ({id, name, ...flag})),
)
const TAKES_JOBS = TABLE.filter(({args}) => 'jobs' in args || 'job' in args).map(({id}) => id)

describe('checklist: arguments', () => {
  const held = siteForAll()
  before(async () => {
    const {site} = held
    for (let i = 0; i < 3; i++) await site.here(['submit', '-J', 'trial', 'x'])
    await site.pass()
  })

  it('19. --flag=v, --flag v, -fv and -f v are alike; -- ends options; the rest reaches the job byte for byte', async () => {
    const {site} = held
    for (const form of [['--cpus=3'], ['--cpus', '3'], ['-c3'], ['-c', '3'], ['-c=3']])
      assert.match((await site.here(['submit', '-n', ...form, '--', 'x'])).stdout, /: 3 cpus/, form.join(' '))
    const argv = ['sh', '-c', 'echo "$1"', '--', '--json', '-h', ' ', '', '*', 'größe\n', '-']
    const {stdout} = await site.here(['submit', '--parsable', '--', ...argv])
    const {spec} = await site.json<{spec: {argv: readonly string[]}}>(['show', stdout.trim()])
    assert.deepEqual(spec.argv, argv)
  })

  it('20. every flag has a long name; a short letter selects alike in every verb', () => {
    for (const {id, name} of FLAGS) assert.match(name, /^[a-z][a-z-]{1,}$/, id)
    for (const [name, char, verbs] of [
      ['user', 'u', 7],
      ['name', 'n', 6],
      ['states', 't', 6],
    ] as const) {
      const selecting = FLAGS.filter(flag => flag.name === name && flag.id !== 'submit')
      assert.equal(selecting.length, verbs, name)
      for (const flag of selecting) assert.equal(flag.char, char, `${flag.id} --${name}`)
    }
  })

  it('21. ids, ranges, last, @name and - work in every verb that takes jobs', async () => {
    const {site} = held
    assert.deepEqual(TAKES_JOBS, [
      ...['history', 'hold', 'kill', 'logs', 'release', 'resume', 'show', 'stat', 'suspend', 'wait', 'why'],
    ])
    await site.pass()
    for (const verb of TAKES_JOBS)
      for (const word of ['3', '3-3', 'last', '@trial', '-']) {
        // These jobs are over: 5 is a verb's word on that, 3 would be "no such job".
        const {stderr, code} = await (word === '-'
          ? site.god([verb, '-'], {stdin: '3\n'})
          : site.here([verb, word]))
        assert.ok(code === 0 || code === 5, `${verb} ${word}: ${code} ${stderr}`)
      }
  })

  it('22. repeatable flags repeat, and take lists with commas where Slurm does', async () => {
    const {site} = held
    const ids = async (...words: string[]) => (await site.here(['stat', '-Q', ...words])).stdout
    for (const words of [
      ['-j', '1,2'],
      ['-j', '1', '-j', '2'],
      ['1', '2'],
    ])
      assert.equal(await ids(...words), '1\n2\n')
    for (const words of [
      ['-t', 'done,failed'],
      ['-t', 'done', '-t', 'failed'],
    ])
      assert.match(await ids(...words), /^1\n2\n3\n/)
    const {stdout} = await site.here(['submit', '--parsable', '-E', 'A=1,2', '-E', 'B=3', 'x'])
    const {spec} = await site.json<{spec: {env: object}}>(['show', stdout.trim()])
    assert.deepEqual(spec.env, {A: '1,2', B: '3'})
  })

  it('23. flag, environment, file, default, in this order; god config tells which of them spoke', async () => {
    const {site} = held
    const origin = async (key: string, env: Record<string, string> = {}) => {
      const {settings, dirOrigin} = await site.json<{
        settings: Record<string, {value: string; origin: string}>
        dirOrigin: string
      }>(['config'], {env})
      return [settings[key]?.value, settings[key]?.origin, dirOrigin]
    }
    assert.deepEqual(await origin('pids_limit'), ['4096', 'default', 'GOD_SHARED_DIR'])
    assert.deepEqual(await origin('executor'), ['fake', `${site.layout.config}:1`, 'GOD_SHARED_DIR'])
    assert.deepEqual(await origin('executor', {GOD_EXECUTOR: 'process'}), [
      'process',
      'GOD_EXECUTOR',
      'GOD_SHARED_DIR',
    ])
    const named = await site.here(['config', '--dir', site.dir], {env: {GOD_SHARED_DIR: '/nonexistent'}})
    assert.match(named.stderr, /\(named by --dir\)/)
    for (const {name, summary} of FLAGS.filter(({name}) => ['dir', 'color'].includes(name)))
      assert.match(summary, name === 'dir' ? /GOD_SHARED_DIR, GOD_CONFIG/ : /NO_COLOR, FORCE_COLOR, TERM/)
  })

  it('24. no secret is taken as the value of a flag', () => {
    const secret = /pass(word|phrase)?$|secret|token|credential|api-?key/
    assert.deepEqual(
      FLAGS.filter(({name}) => secret.test(name)).map(({id, name}) => `${id} --${name}`),
      [],
    )
    assert.ok(secret.test('password') && FLAGS.length > 50)
  })
})

describe('checklist: questions', () => {
  const held = siteForEach()

  it('25. a kill of more than twenty asks at a terminal; -f, --dry-run and a pipe do not', async () => {
    const {site} = held
    for (let i = 0; i < 21; i++) await site.submit()
    const session = onTerminal('$GOD kill 1-21', site.options())
    await session.seen(/kill 21 jobs\? \[y\/N\] /)
    session.type('n\n')
    assert.equal((await session.done).code, 130)
    const dry = await site.here(['kill', '1-21', '--dry-run'])
    assert.match(dry.stdout, /^job 1: would be killed\n/)
    const active = async () => (await site.json(['stat'])).jobs.length
    assert.equal(await active(), 21)
    for (const words of ['1-21 --dry-run', '1-20', '1-21 -f'])
      assert.doesNotMatch((await onTerminal(`$GOD kill ${words}`, site.options()).done).screen, /y\/N/)
    await site.pass()
    assert.equal(await active(), 0)
  })
})
