/** The pure rules: image names, static programs, addresses, versions, control groups, labels, views. */
import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {deleteAccountFiles, writeAccountFiles} from '../../../plugins/executor-docker/src/account-files.js'
import {findBusybox, isStaticProgram} from '../../../plugins/executor-docker/src/busybox.js'
import {
  parentFor,
  parseHierarchies,
  readUsage,
  removeGroups,
} from '../../../plugins/executor-docker/src/cgroup.js'
import {parseAddress, pickVersion} from '../../../plugins/executor-docker/src/engine.js'
import {readGroups} from '../../../plugins/executor-docker/src/groups.js'
import {folderFinding, isRuncMended, judge} from '../../../plugins/executor-docker/src/health.js'
import {parseImage} from '../../../plugins/executor-docker/src/image-reference.js'
import {viewOf} from '../../../plugins/executor-docker/src/inspect.js'
import {createSlots} from '../../../plugins/executor-docker/src/slots.js'
import {aSpec} from './world.js'

const withFolder = async (work: (folder: string) => void | Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'god-rules-'))
  try {
    await work(folder)
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

describe('the name of an image', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  for (const [text, fromImage, tag] of [
    ['busybox', 'busybox', 'latest'],
    ['busybox:1.36', 'busybox', '1.36'],
    ['ann/tool_x:v1', 'ann/tool_x', 'v1'],
    ['registry.example:5000/a/b-c.d:T_1', 'registry.example:5000/a/b-c.d', 'T_1'],
    ['[::1]:5000/a', '[::1]:5000/a', 'latest'],
    [`a/b@${digest}`, 'a/b', digest],
    [`a/b:1@${digest}`, 'a/b', digest],
  ] as const) {
    it(`${text.slice(0, 40)} is pulled as ${fromImage} and ${tag.slice(0, 10)}`, () => {
      assert.deepEqual(parseImage(text)?.pull, {fromImage, tag})
    })
  }

  it('may be an id, which cannot be pulled', () => {
    assert.deepEqual(parseImage(digest), {text: digest, pull: null})
  })

  it('is nothing that could mean another question to the engine', () => {
    for (const text of [
      '',
      ' ',
      'A',
      '../x',
      'a/../b',
      'a//b',
      '/a',
      'a/',
      'a?b=c',
      'a#b',
      'a%2fb',
      'a:',
      'a:b:c',
      'a b',
      '-a',
      '--help',
      'a\n',
      'a@sha256:12',
      `${'a'.repeat(513)}`,
      'http://a/b',
      'a:b/json',
    ])
      assert.equal(parseImage(text), null, JSON.stringify(text))
  })
})

const elf = (types: readonly number[]): Buffer => {
  const head = Buffer.alloc(64 + types.length * 56)
  head.writeUInt32BE(0x7f454c46, 0)
  head[4] = 2
  head[5] = 1
  head.writeBigUInt64LE(64n, 32)
  head.writeUInt16LE(56, 54)
  head.writeUInt16LE(types.length, 56)
  for (const [row, type] of types.entries()) head.writeUInt32LE(type, 64 + row * 56)
  return head
}

describe('a static busybox', () => {
  it('is a program without an interpreter', () => {
    assert.equal(isStaticProgram(elf([1, 1, 4])), true)
    assert.equal(isStaticProgram(elf([6, 3, 1])), false)
    assert.equal(isStaticProgram(elf([])), false)
    assert.equal(isStaticProgram(Buffer.from('#!/bin/sh\n'.repeat(10))), false)
    assert.equal(isStaticProgram(Buffer.alloc(3)), false)
  })

  it('is the one that the option names, or none', () =>
    withFolder(folder => {
      const path = join(folder, 'busybox')
      writeFileSync(path, elf([1]), {mode: 0o755})
      assert.equal(findBusybox(path).path, path)
      chmodSync(path, 0o777)
      assert.match(findBusybox(path).text, /written by others/)
      assert.equal(findBusybox(join(folder, 'none')).path, null)
      assert.match(findBusybox(folder).text, /written|read/)
    }))
})

describe('the engine', () => {
  it('is found through a unix socket or a port, nothing else', () => {
    assert.deepEqual(parseAddress('unix:///a/b').connection, {socketPath: '/a/b', host: undefined})
    assert.deepEqual(parseAddress('tcp://h:2376').connection, {host: 'h', port: 2376, protocol: 'http'})
    assert.equal(parseAddress('tcp://h').local, false)
    for (const text of [
      '',
      'unix://',
      'unix://a',
      'ssh://h',
      'http://h',
      'tcp://',
      'tcp://h:x',
      'tcp://u@h:1',
    ])
      assert.throws(() => parseAddress(text), /docker_url/, text)
  })

  it('is asked in the oldest version that both speak', () => {
    assert.equal(pickVersion({ApiVersion: '1.51', MinAPIVersion: '1.24', Version: '28'}), '1.41')
    assert.equal(pickVersion({ApiVersion: '1.52', MinAPIVersion: '1.44', Version: '29'}), '1.44')
    assert.equal(pickVersion({ApiVersion: '1.41', Version: 'x'}), '1.41')
    assert.throws(() => pickVersion({ApiVersion: '1.9', Version: '1'}), /needs 1.41/)
  })

  it('is judged by what it says of itself', () => {
    const good = {
      CgroupDriver: 'systemd',
      CgroupVersion: '2',
      SecurityOptions: ['name=seccomp,profile=builtin'],
      LiveRestoreEnabled: true,
      MemoryLimit: true,
      SwapLimit: true,
      CpuCfsQuota: true,
      PidsLimit: true,
    }
    const bad = (over: object) =>
      judge({...good, ...over}, null)
        .filter(({ok}) => !ok)
        .map(({check}) => check)
    assert.deepEqual(bad({SecurityOptions: ['name=seccomp,profile=unconfined']}), ['seccomp'])
    assert.deepEqual(bad({SecurityOptions: null}), ['seccomp'])
    assert.deepEqual(bad({LiveRestoreEnabled: false}), ['live-restore'])
    assert.deepEqual(bad({SwapLimit: false}), ['limits'])
    assert.deepEqual(bad({CgroupDriver: 'none'}), ['cgroup'])
    assert.deepEqual(
      judge(good, 'god runs as uid 7, not as root').find(({ok}) => !ok),
      {
        check: 'cgroup',
        ok: false,
        text: 'driver systemd, version 2; the usage of jobs is not exact, or not known: god runs as uid 7, not as root',
        remedy: 'Run god as root on the node of the engine, with /sys/fs/cgroup mounted and writable.',
      },
    )
  })

  it('is told of a folder of its own that others get into, for what root writes in a container lies there', () => {
    const found = (mode: number) =>
      folderFinding({DockerRootDir: '/srv/engine'}, () => ({uid: 0, mode, isDirectory: () => true}))
    assert.deepEqual(found(0o40710), {check: 'engine-dir', ok: true, text: '/srv/engine'})
    assert.deepEqual(found(0o40711), {
      check: 'engine-dir',
      ok: false,
      text: '/srv/engine, where the engine keeps containers, is open to others: no job with --root starts here',
      remedy: "Close it with 'chmod o= /srv/engine', if anybody may be root in a container.",
    })
    const gone = (): never => {
      throw new Error('ENOENT')
    }
    assert.match(folderFinding({DockerRootDir: '/srv/engine'}, gone).text, /cannot be looked at \(ENOENT\)/)
    assert.equal(folderFinding({}, gone).ok, true)
  })

  it('is warned about with a runc that was not mended', () => {
    for (const version of ['1.1.5+ds1', '1.1.14', '1.2.7', '1.3.2', '1.0.0-rc95', 'x'])
      assert.equal(isRuncMended(version), false, version)
    for (const version of ['1.2.8', '1.3.3', 'v1.3.4', '1.4.0', '2.0.0'])
      assert.equal(isRuncMended(version), true, version)
  })
})

const files = (folder: string, group: string, texts: Record<string, string>): void => {
  mkdirSync(join(folder, group), {recursive: true})
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, group, name), text)
}

describe('the control group of an attempt', () => {
  it('has a name for each driver', () => {
    assert.equal(parentFor('cgroupfs', 'god-c-1-1'), '/god/god-c-1-1')
    assert.equal(parentFor('systemd', 'god-c-1-1'), 'god-god_c_1_1.slice')
    assert.equal(parentFor('none', 'god-c-1-1'), null)
  })

  it('is found in the mounts of both versions', () => {
    const mounts =
      'cgroup /c/memory cgroup rw,memory 0 0\ncgroup2 /c/u cgroup2 rw 0 0\nproc /proc proc rw 0 0\n'
    assert.deepEqual(parseHierarchies(mounts), [
      {folder: '/c/memory', controllers: ['rw', 'memory']},
      {folder: '/c/u', controllers: []},
    ])
  })

  it('tells the peak and the cpu time in version 2, below the slice of systemd', () =>
    withFolder(folder => {
      const hierarchies = [{folder, controllers: []}]
      const cpu = {'cpu.stat': 'usage_usec 1500000\nuser_usec 1\n'}
      const memory = {'memory.current': '50\n', 'memory.stat': 'file 45\ninactive_file 40\n'}
      files(folder, 'god.slice/god-a_1.slice', {...cpu, ...memory, 'memory.peak': '4096\n'})
      const peak = {cpuSeconds: 1.5, maxMemory: 4096, exact: true, memory: 10}
      assert.deepEqual(readUsage(hierarchies, 'a-1'), peak)
      files(folder, 'god/b', {...cpu, 'memory.current': '5\n'})
      assert.deepEqual(readUsage(hierarchies, 'b'), {cpuSeconds: 1.5, maxMemory: 5, exact: false, memory: 5})
      assert.equal(readUsage(hierarchies, 'c'), null)
    }))

  it('is removed with empty groups below it, also when there is none', () =>
    withFolder(folder => {
      mkdirSync(join(folder, 'god/a/x/y'), {recursive: true})
      const hierarchies = [{folder, controllers: []}]
      assert.equal(removeGroups(hierarchies, 'a'), true)
      assert.equal(removeGroups(hierarchies, 'a'), true)
      assert.equal(existsSync(join(folder, 'god/a')), false)
      assert.equal(existsSync(join(folder, 'god')), true)
    }))

  it('is removed only when it is not there any more, whatever stood against it', () =>
    withFolder(folder => {
      files(folder, 'god/a', {file: 'keeps the folder'})
      assert.equal(removeGroups([{folder, controllers: []}], 'a'), false)
    }))

  it('is only for a god that can remove it: root, where it can write', () =>
    withFolder(folder => {
      const here = [{folder, controllers: []}]
      assert.equal(readGroups(here, 0).fault, null)
      assert.equal(readGroups(here, 1000).fault, 'god runs as uid 1000, not as root')
      assert.equal(readGroups([], 0).fault, 'no control groups are mounted here')
      const gone = join(folder, 'gone')
      const both = [...here, {folder: gone, controllers: []}]
      assert.equal(readGroups(both, 0).fault, `${gone} cannot be written`)
    }))
})

describe('the account files of an attempt', () => {
  it('are readable by all, one for all jobs of a user, and another where they say something else', () =>
    withFolder(folder => {
      const old = process.umask(0o077)
      try {
        const spec = aSpec()
        const first = writeAccountFiles(folder, spec, Date.now())
        assert.deepEqual(
          [readFileSync(first.passwd, 'utf8'), readFileSync(first.group, 'utf8')],
          [spec.passwd, spec.group],
        )
        const {ino, mode} = statSync(first.passwd)
        assert.equal(mode & 0o777, 0o644)
        for (let path = dirname(first.passwd); path !== folder; path = dirname(path))
          assert.equal(statSync(path).mode & 0o777, 0o755)
        const next = writeAccountFiles(folder, {...spec, name: 'next'}, Date.now())
        assert.deepEqual([next, statSync(next.passwd).ino], [first, ino])
        const other = writeAccountFiles(folder, {...spec, group: 'other\n'}, Date.now())
        assert.equal(readFileSync(other.group, 'utf8'), 'other\n')
        assert.equal(readFileSync(first.group, 'utf8'), spec.group)
      } finally {
        process.umask(old)
      }
    }))

  it('that were damaged are written again', () =>
    withFolder(folder => {
      const spec = aSpec()
      const {passwd} = writeAccountFiles(folder, spec, Date.now())
      writeFileSync(passwd, 'half')
      assert.equal(readFileSync(writeAccountFiles(folder, spec, Date.now()).passwd, 'utf8'), spec.passwd)
    }))

  it('stay when the attempt is over, but its folder goes, also one of a god that kept them in it', () =>
    withFolder(folder => {
      const spec = aSpec()
      const {passwd} = writeAccountFiles(folder, spec, Date.now())
      deleteAccountFiles(folder, spec.name)
      deleteAccountFiles(folder, spec.name)
      files(folder, 'old', {passwd: 'x', group: 'y'})
      deleteAccountFiles(folder, 'old')
      assert.deepEqual([readdirSync(folder), existsSync(passwd)], [['.accounts'], true])
    }))
})

describe('a view of a container', () => {
  const Labels = {'god.cluster': 'c', 'god.job': '7', 'god.attempt': '1', 'god.nonce': 'n'}
  const zero = '0001-01-01T00:00:00Z'
  const inspected = (State: object, labels: Record<string, string> = Labels) => ({
    Id: 'i',
    Name: '/god-1',
    State: {Status: 'exited', ExitCode: 0, StartedAt: zero, FinishedAt: zero, ...State},
    Config: {Labels: labels},
  })

  it('never ends before it starts', () => {
    const times = {StartedAt: '2026-01-01T00:00:00.002999Z', FinishedAt: '2026-01-01T00:00:00.000123456Z'}
    const view = viewOf(inspected(times), 'c')
    assert.equal(view?.finishedAt, view?.startedAt)
    assert.equal(view?.startedAt, Date.parse('2026-01-01T00:00:00.002Z'))
  })

  it('has no times and no code before them', () => {
    const view = viewOf(inspected({Status: 'running', StartedAt: '2026-01-01T00:00:00Z'}), 'c')
    assert.deepEqual([view?.exitCode, view?.finishedAt, view?.startFault], [null, null, null])
  })

  it('tells why it could not start', () => {
    const view = viewOf(inspected({Status: 'created', ExitCode: 128, Error: 'no such device'}), 'c')
    assert.deepEqual([view?.status, view?.exitCode, view?.startFault], ['created', null, 'no such device'])
  })

  it('T44: is only of containers whose labels parse whole, of this cluster', () => {
    assert.equal(viewOf(inspected({}), 'd'), null)
    assert.equal(viewOf(inspected({}, {...Labels, 'god.task': '7'}), 'c')?.task, 7)
    assert.equal(viewOf(inspected({}, {...Labels, 'god.task': '7x'}), 'c'), null)
    for (const label of ['god.job', 'god.attempt', 'god.nonce'])
      assert.equal(viewOf(inspected({}, {...Labels, [label]: label === 'god.nonce' ? '' : '1x'}), 'c'), null)
  })

  it('knows no state that is not in its table', () => {
    assert.throws(() => viewOf(inspected({Status: 'dancing'}), 'c'), /dancing/)
  })
})

describe('slots', () => {
  it('let in so many at once, the rest in order, also after a failure', async () => {
    const slots = createSlots(2)
    const order: number[] = []
    const ends: (() => void)[] = []
    let most = 0
    let now = 0
    const works = [1, 2, 3, 4].map(n =>
      slots(async () => {
        order.push(n)
        now += 1
        most = Math.max(most, now)
        await new Promise<void>(resolve => ends.push(resolve))
        now -= 1
        if (n === 1) throw new Error('one')
      }).catch(() => 'failed'),
    )
    while (order.length < 4) {
      await new Promise(setImmediate)
      ends.shift()?.()
    }
    for (const end of ends) end()
    assert.deepEqual(await Promise.all(works), ['failed', undefined, undefined, undefined])
    assert.deepEqual([order, most], [[1, 2, 3, 4], 2])
  })
})
