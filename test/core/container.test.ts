import assert from 'node:assert/strict'
import type {Account, ContainerSpec} from '@god-cli/api'
import fc from 'fast-check'
import {
  containerName,
  containerSpec,
  HOME_TARGET,
  outputsOf,
  type Site,
  WORK_TARGET,
} from '../../src/core/container.js'
import type {JobRecord, Wish} from '../../src/core/job.js'
import {WRAPPER} from '../../src/core/wrapper.js'
import {ANN, anyWish, aRecord, aStarting, aWish, CLUSTER, NONCE} from './builders.js'
import {anArray, started, task} from './some-array.js'

const SITE: Site = {cluster: CLUSTER, network: 'bridge', pids: 4096, images: true}
const PATHS = {work: '/srv/god/work/u1000/42', home: '/home/ann', volumes: []}

interface Asked {
  readonly record?: JobRecord
  readonly wish?: Wish
  readonly account?: Account
  readonly site?: Partial<Site>
  readonly home?: string | null
}

const specOf = ({
  record = aStarting({walltime: 60}),
  wish = aWish(),
  account = ANN,
  site = {},
  home = PATHS.home,
}: Asked = {}): ContainerSpec => containerSpec(record, wish, account, {...SITE, ...site}, {...PATHS, home})

describe('a container', () => {
  it('is all from the record, the account and the site', () => {
    const {env, wrapper, ...spec} = specOf()
    assert.deepEqual(spec, {
      name: 'god-5f0a1c9e-42-1',
      cluster: CLUSTER,
      job: 42,
      attempt: 1,
      nonce: NONCE,
      jobName: 'train',
      user: 'ann',
      uid: 1000,
      gid: 100,
      groups: [100, 5001],
      image: 'busybox:local',
      argv: ['true'],
      resources: {cpus: 1000, memory: 1024 ** 3, gpus: 0},
      pids: 4096,
      network: 'bridge',
      workDir: {source: PATHS.work, target: WORK_TARGET, readOnly: false},
      mounts: [
        {source: '/home/ann', target: '/home/ann', readOnly: false},
        {source: '/home/ann', target: HOME_TARGET, readOnly: false},
      ],
      passwd: 'root:x:0:0:root:/root:/bin/sh\nann:x:1000:100::/home/ann:/bin/sh\n',
      group: 'root:x:0:\nann:x:100:\ng5001:x:5001:\n',
      hostname: 'job-42',
    })
    assert.equal(wrapper, WRAPPER)
    assert.deepEqual(env, {
      HOME: '/home/ann',
      USER: 'ann',
      LOGNAME: 'ann',
      GOD_JOB_ID: '42',
      GODOCKER_JID: '42',
      GODOCKER_PWD: WORK_TARGET,
      GODOCKER_HOME: '/home/ann',
      GOD_OUT: WORK_TARGET,
      GOD_ATTEMPT: '1',
      GOD_CWD: WORK_TARGET,
      GOD_STDOUT: 'god.log',
      GOD_STDERR: 'god.err',
    })
  })

  it('of a script runs the copy in the job directory', () => {
    const script: Wish['command'] = {kind: 'script', text: '#!/bin/sh\nexit 3\n', args: ['a b', '']}
    assert.deepEqual(specOf({wish: aWish({command: script})}).argv, [`${WORK_TARGET}/cmd.sh`, 'a b', ''])
  })

  it('without a home has the job directory for one', () => {
    const spec = specOf({home: null})
    assert.deepEqual(spec.mounts, [])
    assert.deepEqual([spec.env.HOME, spec.env.GODOCKER_HOME], [WORK_TARGET, WORK_TARGET])
    assert.ok(spec.passwd.includes(`:${WORK_TARGET}:`))
  })

  it('where there are no images sees the paths of the node', () => {
    const script: Wish['command'] = {kind: 'script', text: '#!/bin/sh\n', args: []}
    const spec = specOf({wish: aWish({command: script}), site: {images: false}})
    assert.deepEqual(spec.workDir, {source: PATHS.work, target: PATHS.work, readOnly: false})
    assert.deepEqual([spec.mounts, spec.argv], [[], [`${PATHS.work}/cmd.sh`]])
    assert.deepEqual([spec.env.GOD_OUT, spec.env.GOD_CWD], [PATHS.work, PATHS.work])
  })

  it('works in the folder that was wished for', () => {
    assert.equal(specOf({wish: aWish({workdir: '/data'})}).env.GOD_CWD, '/data')
  })

  it('names no group of root twice, and leaves no empty line', () => {
    assert.equal(specOf({account: {...ANN, gid: 0, groups: [0]}}).group, 'root:x:0:\n')
  })

  it('is never made of a job that has no container name', () => {
    assert.throws(() => containerSpec(aRecord(), aWish(), ANN, SITE, PATHS), {
      code: 'E_BUG',
      message: /job 42/,
    })
  })
})

describe('T30, T39: a container whose job is root inside', () => {
  const record = aStarting({root: true})
  const volumes = [{source: '/srv/data', target: '/data', readOnly: false}]
  const ofRoot = (site: Partial<Site> = {}): ContainerSpec =>
    containerSpec(record, aWish({root: true}), ANN, {...SITE, ...site}, {...PATHS, volumes})

  it('is root there by number and name, and its user’s outside', () => {
    const {uid, gid, groups, user, env, passwd, group} = ofRoot()
    assert.deepEqual([uid, gid, groups, user], [0, 0, [0], 'ann'])
    assert.deepEqual([env.USER, env.LOGNAME, env.HOME], ['root', 'root', WORK_TARGET])
    assert.deepEqual([passwd, group], ['root:x:0:0:root:/mnt/go-docker:/bin/sh\n', 'root:x:0:\n'])
  })

  it('has no home, and volumes for reading, whatever it is handed', () => {
    assert.deepEqual(ofRoot().mounts, [{source: '/srv/data', target: '/data', readOnly: true}])
  })

  it('T49 never has the network of the node', () => {
    for (const [given, has] of [
      ['host', 'bridge'],
      ['bridge', 'bridge'],
      ['none', 'none'],
    ] as const)
      assert.equal(ofRoot({network: given}).network, has)
  })
})

/** What a user may choose, and nothing else. */
const CHOSEN_VARIABLES = ['GOD_CWD', 'GOD_STDOUT', 'GOD_STDERR']

const isOurs = (name: string): boolean => /^(HOME|USER|LOGNAME|GOD_.*|GODOCKER_.*|GOGOCKER_.*)$/.test(name)

const ours = (env: ContainerSpec['env']) =>
  Object.fromEntries(
    Object.entries(env)
      .filter(([name]) => isOurs(name) && !CHOSEN_VARIABLES.includes(name))
      .sort(),
  )

describe('T34: no wish', () => {
  const KINDS = [
    ['with images', true, {}],
    ['without images', false, {}],
    ['of a job that is root inside', true, {root: true}],
  ] as const
  for (const [kind, images, own] of KINDS) {
    const record = aStarting({walltime: 60, ...own})
    it(`changes a protected field, ${kind}`, () => {
      const plain = specOf({record, site: {images}})
      fc.assert(
        fc.property(anyWish, wish => {
          const spec = specOf({record, wish, site: {images}})
          assert.deepEqual({...spec, argv: [], env: {}}, {...plain, argv: [], env: {}})
          assert.deepEqual(ours(spec.env), ours(plain.env))
        }),
        {numRuns: 5000},
      )
    })
  }

  it('brings a variable that is not a word', () => {
    const env = {'A=B': '1', '': '2', 'A\n': '3', GOOD: '4'}
    const names = Object.keys(specOf({wish: aWish({env})}).env).filter(name => !isOurs(name))
    assert.deepEqual(names, ['GOOD'])
  })

  it('is lost where it is allowed: variables and arguments arrive byte for byte', () => {
    const words = ['printf', '', ' a  b ', '"\'\n$(id)`id`\\', '\ud83e\uddea', '--']
    const env = {PATH: '/opt/bin:$PATH', LD_PRELOAD: 'x', EMPTY: '', LINES: 'a\nb', dir: 'mine'}
    const spec = specOf({wish: aWish({command: {kind: 'argv', argv: words}, env})})
    assert.deepEqual(spec.argv, words)
    assert.deepEqual({...spec.env, ...env}, spec.env)
  })
})

describe('a task of an array', () => {
  const view = task(started(anArray('1-9:2,12', {name: 'sweep'}), 2), 3)
  const spec = (): ContainerSpec => specOf({record: view, wish: aWish({array: '1-9:2,12%4'})})

  it('has a container, a host and a label of its own', () => {
    assert.equal(spec().name, 'god-5f0a1c9e-42-t3-1')
    assert.equal(spec().task, 3)
    assert.equal(spec().hostname, 'job-42-3')
    assert.equal(specOf({}).task, undefined)
  })

  it('is told its number, the first, the last and the step, in both spellings', () => {
    const {env} = spec()
    for (const word of ['GODOCKER', 'GOGOCKER'])
      assert.deepEqual(
        ['ID', 'FIRST', 'LAST', 'STEP'].map(name => env[`${word}_TASK_${name}`]),
        ['3', '1', '12', '2'],
      )
    assert.equal(env.GODOCKER_JID, '42')
    assert.ok(!Object.keys(specOf({}).env).some(name => name.includes('_TASK_')))
  })

  it('may have its number in the paths of its output', () => {
    assert.equal(outputsOf(view, {output: '%x-%j-%a.txt', error: 'e'}).output, 'sweep-42-3.txt')
    assert.equal(outputsOf(aRecord(), {output: '%a', error: 'e'}).output, '%a')
  })
})

describe('the name of a container', () => {
  it('differs where cluster, job or attempt differ', () => {
    const names = [
      containerName(CLUSTER, 1, 11),
      containerName(CLUSTER, 11, 1),
      containerName(CLUSTER, 1, 1),
      containerName(CLUSTER.replace('5', '6'), 1, 1),
    ]
    assert.equal(new Set(names).size, names.length)
  })

  it('is one that engines and host names take', () => {
    assert.match(containerName(CLUSTER, 2 ** 31 - 1, 1_000_000), /^[a-z0-9][a-z0-9-]{0,62}$/)
  })
})

describe('the output paths', () => {
  const paths = (pattern: string, name = 'train'): string =>
    outputsOf(aRecord({name}), {output: pattern, error: 'e'}).output

  const table: readonly (readonly [string, string, string])[] = [
    ['god.log', 'train', 'god.log'],
    ['out-%j.txt', 'train', 'out-42.txt'],
    ['%x.%j', 'train', 'train.42'],
    ['%x', 'a/b/../c', 'a_b_.._c'],
    ['%x/log', '..', '__/log'],
    ['%x', '.', '_'],
    ['%x', '...', '___'],
    ['%x', '.hidden', '.hidden'],
    ['%x', '%j', '%j'],
    ['%x-%x', "$&$'$$", "$&$'$$-$&$'$$"],
    ['%%j', 'train', '%42'],
    ['%z', 'train', '%z'],
    ['/data/%j/%x', 'train', '/data/42/train'],
  ]
  for (const [pattern, name, path] of table) {
    it(`${pattern} of a job named ${name} is ${path}`, () => assert.equal(paths(pattern, name), path))
  }

  it('are god.log and god.err where nothing else is wished for', () => {
    assert.deepEqual(outputsOf(aRecord(), {}), {output: 'god.log', error: 'god.err'})
  })

  it('of a name never lead anywhere else', () => {
    fc.assert(
      fc.property(
        fc.string({unit: fc.constantFrom('.', '/', 'a', '%', 'j', 'x', '$', '&'), maxLength: 8}),
        name => {
          const path = paths('%x', name)
          assert.ok(!path.includes('/') && path !== '.' && path !== '..', path)
        },
      ),
      {numRuns: 5000},
    )
  })
})
