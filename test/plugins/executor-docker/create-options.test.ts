/** The one table of engine defaults, field by field, and that nothing a user writes reaches a protected field. */
import assert from 'node:assert/strict'
import type {ContainerSpec} from '@god-cli/api'
import fc from 'fast-check'
import {type CreateContext, createOptions} from '../../../plugins/executor-docker/src/create-options.js'
import {aSpec} from './world.js'

const CONTEXT: CreateContext = {
  imageId: `sha256:${'0'.repeat(64)}`,
  busybox: '/opt/busybox',
  passwd: '/state/a/passwd',
  group: '/state/a/group',
  cgroupParent: '/god/a',
}

const ROOT = {uid: 0, gid: 0, groups: [0]}

const bind = (Source: string, Target: string, ReadOnly: boolean) => ({
  Type: 'bind',
  Source,
  Target,
  ReadOnly,
  BindOptions: {Propagation: 'rprivate', NonRecursive: true},
})

const spec = (over: Partial<ContainerSpec> = {}): ContainerSpec =>
  aSpec({
    name: 'god-01234567-7-2',
    cluster: 'c1',
    job: 7,
    attempt: 2,
    nonce: 'abc',
    jobName: 'align',
    hostname: 'job-7',
    argv: ['sort', '-u'],
    wrapper: 'WRAPPER',
    env: {HOME: '/home/ann'},
    resources: {cpus: 1500, memory: 2 ** 30, gpus: 0},
    workDir: {source: '/jobs/7', target: '/mnt/go-docker', readOnly: false},
    mounts: [{source: '/data', target: '/mnt/data', readOnly: true}],
    ...over,
  })

describe('the options of a container', () => {
  it('T31, T32: name the user and his groups by numbers, always both', () => {
    const anyId = fc.integer({min: 1, max: 2 ** 31 - 1})
    fc.assert(
      fc.property(anyId, anyId, fc.array(anyId, {maxLength: 5}), fc.string(), (uid, gid, groups, user) => {
        const options = createOptions(spec({uid, gid, groups, user}), CONTEXT)
        assert.equal(options.User, `${uid}:${gid}`)
        const added = options.HostConfig.GroupAdd ?? []
        assert.ok(added.includes(String(gid)) && added.every(one => /^\d+$/.test(one)))
      }),
    )
  })

  it('T39: of root have three capabilities, none that makes another user or device, and the image’s own accounts', () => {
    const {User, HostConfig} = createOptions(spec({uid: 0, gid: 0, groups: [0]}), CONTEXT)
    assert.deepEqual([User, HostConfig.GroupAdd], ['0:0', ['0']])
    assert.deepEqual([HostConfig.CapDrop, HostConfig.CapAdd], [['ALL'], ['CHOWN', 'DAC_OVERRIDE', 'FOWNER']])
    assert.deepEqual(
      HostConfig.Mounts.map(({Target}) => Target),
      ['/mnt/go-docker', '/mnt/data', '/god/bin/busybox'],
    )
    // All else is as of anybody.
    const plain = createOptions(spec(), CONTEXT).HostConfig
    const own = {GroupAdd: [], CapAdd: [], Mounts: []}
    assert.deepEqual({...HostConfig, ...own}, {...plain, ...own})
  })

  it('T49: are on the network that the operator chose, and open no port', () => {
    for (const network of ['none', 'bridge', 'host'] as const) {
      const options = createOptions(spec({network, env: {NETWORK: 'host'}}), CONTEXT)
      assert.equal(options.HostConfig.NetworkMode, network)
      assert.deepEqual([options.HostConfig.PublishAllPorts, options.ExposedPorts], [false, undefined])
    }
  })

  it('T55: allow no core dumps', () => {
    assert.deepEqual(createOptions(spec(), CONTEXT).HostConfig.Ulimits, [{Name: 'core', Soft: 0, Hard: 0}])
  })

  it('are exactly this table', () => {
    assert.deepEqual(createOptions(spec(), CONTEXT), {
      name: 'god-01234567-7-2',
      Image: CONTEXT.imageId,
      User: '4242:5000',
      WorkingDir: '/',
      Hostname: 'job-7',
      Entrypoint: ['/god/bin/busybox', 'sh'],
      Cmd: ['-c', 'WRAPPER', 'god', 'sort', '-u'],
      Env: [
        'HOME=/home/ann',
        'GOD_TOOLS=/god/bin/busybox',
        'TINI_KILL_PROCESS_GROUP=1',
        'NVIDIA_VISIBLE_DEVICES=void',
      ],
      Labels: {
        'god.cluster': 'c1',
        'god.job': '7',
        'god.attempt': '2',
        'god.nonce': 'abc',
        'god.uid': '4242',
        'god.user': 'ann',
        'god.name': 'align',
      },
      Tty: false,
      OpenStdin: false,
      AttachStdin: false,
      AttachStdout: false,
      AttachStderr: false,
      Healthcheck: {Test: ['NONE']},
      StopSignal: 'SIGTERM',
      HostConfig: {
        Memory: 2 ** 30,
        MemorySwap: 2 ** 30,
        NanoCpus: 1_500_000_000,
        PidsLimit: 64,
        OomKillDisable: false,
        ShmSize: 64 * 1024 ** 2,
        Ulimits: [{Name: 'core', Soft: 0, Hard: 0}],
        Init: true,
        Privileged: false,
        CapAdd: [],
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        GroupAdd: ['5000', '5001'],
        NetworkMode: 'none',
        PublishAllPorts: false,
        IpcMode: 'private',
        PidMode: '',
        UTSMode: '',
        CgroupnsMode: 'private',
        UsernsMode: 'host',
        AutoRemove: false,
        RestartPolicy: {Name: 'no'},
        Devices: [],
        Mounts: [
          bind('/jobs/7', '/mnt/go-docker', false),
          bind('/data', '/mnt/data', true),
          bind('/state/a/passwd', '/etc/passwd', true),
          bind('/state/a/group', '/etc/group', true),
          bind('/opt/busybox', '/god/bin/busybox', true),
        ],
        LogConfig: {Type: 'json-file', Config: {'max-size': '1m', 'max-file': '1'}},
        CgroupParent: '/god/a',
      },
    })
  })

  it("use the image's shell where the node has no static busybox", () => {
    const options = createOptions(spec(), {...CONTEXT, busybox: null})
    assert.deepEqual(options.Entrypoint, ['/bin/sh'])
    assert.ok(options.Env?.includes('GOD_TOOLS='))
    assert.ok(!options.HostConfig.Mounts.some(mount => mount.Target.startsWith('/god/')))
  })

  it('leave out the cgroup parent where the engine makes no groups', () => {
    assert.ok(!('CgroupParent' in createOptions(spec(), {...CONTEXT, cgroupParent: null}).HostConfig))
  })

  it('ask for gpus only if the job does', () => {
    const resources = {cpus: 1000, memory: 2 ** 30, gpus: 2}
    const {HostConfig} = createOptions(spec({resources}), CONTEXT)
    assert.deepEqual(HostConfig.DeviceRequests, [{Driver: '', Count: 2, Capabilities: [['gpu']]}])
    const own = createOptions(spec({resources, devices: [1, 3]}), CONTEXT)
    assert.deepEqual(own.HostConfig.DeviceRequests, [
      {Driver: '', DeviceIDs: ['1', '3'], Capabilities: [['gpu']]},
    ])
    assert.ok(own.Env?.includes('NVIDIA_VISIBLE_DEVICES=1,3'))
  })

  it('name the primary group once, though the groups lack it', () => {
    const {HostConfig} = createOptions(spec({gid: 7, groups: [9, 9]}), CONTEXT)
    assert.deepEqual(HostConfig.GroupAdd, ['7', '9'])
  })

  it("put our variables over the user's, and take no name that hides a value", () => {
    const env = {
      GOD_TOOLS: '/evil',
      TINI_KILL_PROCESS_GROUP: '0',
      NVIDIA_VISIBLE_DEVICES: 'all',
      'GOD_TOOLS=/evil': '',
      '': 'x',
      'a\0b': 'x',
    }
    assert.deepEqual(createOptions(spec({env}), CONTEXT).Env, [
      'GOD_TOOLS=/god/bin/busybox',
      'TINI_KILL_PROCESS_GROUP=1',
      'NVIDIA_VISIBLE_DEVICES=void',
    ])
  })

  it('do not change in any protected field, whatever the user writes', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('--privileged', '/var/run/docker.sock', 'a=b', '\0', '{}'),
    )
    const plains = [false, true].map(root => createOptions(spec(root ? ROOT : {}), CONTEXT))
    const input = fc.record({
      argv: fc.array(text),
      env: fc.dictionary(text, text),
      jobName: text,
    })
    fc.assert(
      fc.property(input, fc.boolean(), (user, root) => {
        const plain = plains[Number(root)] ?? assert.fail()
        const options = createOptions(spec({...user, ...(root ? ROOT : {})}), CONTEXT)
        assert.deepEqual(options.Cmd, ['-c', 'WRAPPER', 'god', ...user.argv])
        assert.deepEqual(
          options.Env?.filter(line => /^(GOD_TOOLS|TINI_KILL_PROCESS_GROUP)=/.test(line)).sort(),
          ['GOD_TOOLS=/god/bin/busybox', 'TINI_KILL_PROCESS_GROUP=1'],
        )
        const Labels = {...options.Labels, 'god.name': 'align'}
        assert.deepEqual({...options, Cmd: plain.Cmd, Env: plain.Env, Labels}, plain)
      }),
    )
  })
})
