/** Control groups of version 2 on plain files (this test needs no kernel of that version), and the launch of a spec. */
import assert from 'node:assert/strict'
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {
  type Cgroups,
  counterFiles,
  makeGroups,
  membersOf,
  procsFiles,
  readCounters,
  removeGroups,
  secondVersion,
} from '../../../plugins/executor-process/src/cgroups.js'
import type {StoredContainer} from '../../../plugins/executor-process/src/stored-container.js'

const container: StoredContainer = {
  v: 1,
  name: 'god-x-1-1',
  cluster: 'c',
  job: 1,
  attempt: 1,
  nonce: 'n',
  uid: 1,
  gid: 1,
  groups: [1],
  cpus: 1500,
  memory: 1 << 26,
  pids: 64,
  work: '/w',
  launch: '',
}

describe('control groups of version 2', () => {
  let root: string
  let groups: Cgroups
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'god-cgroup-'))
    groups = secondVersion(root)
    makeGroups(groups, container)
  })
  afterEach(() => rmSync(root, {recursive: true, force: true}))

  const file = (name: string): string => join(root, container.name, name)

  it('get the limits of the job in the words of the kernel', () => {
    assert.equal(readFileSync(file('memory.max'), 'utf8'), String(1 << 26))
    assert.equal(readFileSync(file('cpu.max'), 'utf8'), '150000 100000')
    assert.equal(readFileSync(file('pids.max'), 'utf8'), '64')
    assert.equal(existsSync(file('memory.swap.max')), false, 'a kernel without swap has no such file')
    writeFileSync(file('memory.swap.max'), 'max')
    makeGroups(groups, container)
    assert.equal(readFileSync(file('memory.swap.max'), 'utf8'), '0')
  })

  it('are read from the kernel while it runs and from the copy when it is over', () => {
    writeFileSync(file('cpu.stat'), 'usage_usec 2500000\nuser_usec 2000000\n')
    writeFileSync(file('memory.peak'), '777\n')
    writeFileSync(file('memory.events'), 'low 0\noom 3\noom_kill 2\n')
    const live = readCounters(groups, container.name, root)
    assert.deepEqual(live, {cpuSeconds: 2.5, maxMemory: 777, memoryNow: 0, oomKills: 2})
    writeFileSync(join(root, 'end.memory.peak'), '999\n')
    assert.equal(readCounters(groups, container.name, root)?.maxMemory, 999)
  })

  it('without a peak say so, and know what is used now', () => {
    writeFileSync(file('memory.current'), '555\n')
    writeFileSync(file('cpu.stat'), 'usage_usec 1\n')
    const counters = readCounters(groups, container.name, root)
    assert.deepEqual([counters?.maxMemory, counters?.memoryNow], [null, 555])
  })

  it('list who is in them and where to enter', () => {
    writeFileSync(file('cgroup.procs'), '12\n34\n')
    assert.deepEqual(membersOf(groups, container.name), [12, 34])
    assert.deepEqual(procsFiles(groups, container.name), [file('cgroup.procs')])
    assert.equal(counterFiles(groups, container.name).length, 3)
  })

  it('that are gone know nothing, have nobody in them, and are removed', () => {
    rmSync(join(root, container.name), {recursive: true})
    assert.equal(readCounters(groups, container.name, root), null)
    assert.deepEqual(membersOf(groups, container.name), [])
    assert.equal(removeGroups(groups, container.name), true)
  })
})
