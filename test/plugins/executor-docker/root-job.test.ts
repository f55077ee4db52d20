/** T39: what a node must be like before the engine is asked for a container whose user is root. */
import assert from 'node:assert/strict'
import type {ContainerSpec} from '@god-cli/api'
import type {Look} from '../../../plugins/executor-docker/src/mounts.js'
import {rootFault} from '../../../plugins/executor-docker/src/root-job.js'
import {aSpec} from './world.js'

type Entries = Readonly<Record<string, {readonly uid?: number; readonly mode?: number}>>

const ENTRIES: Entries = {
  '/god/work/u7/1/attempt.1': {mode: 0o700},
  '/var/lib/docker': {mode: 0o710},
}

const look =
  (entries: Entries): Look =>
  path => {
    const entry = entries[path]
    if (entry === undefined) throw new Error('ENOENT')
    return {uid: entry.uid ?? 0, mode: entry.mode ?? 0o755, isDirectory: () => true}
  }

const fault = (
  over: Partial<ContainerSpec> = {},
  entries: Entries = {},
  busybox: string | null = '/bin/busybox',
  engineRoot: string | null = '/var/lib/docker',
): string | null => {
  const workDir = {source: '/god/work/u7/1/attempt.1/files', target: '/mnt/go-docker', readOnly: false}
  const spec = aSpec({uid: 0, gid: 0, groups: [0], network: 'bridge', mounts: [], workDir, ...over})
  return rootFault(spec, engineRoot, busybox, look({...ENTRIES, ...entries}))
}

const CLOSED = '/god/work/u7/1/attempt.1'

describe('T39 a job that is root inside', () => {
  it('is made where nobody else can reach what it writes', () => {
    assert.equal(fault(), null)
    assert.equal(fault({mounts: [{source: '/data', target: '/data', readOnly: true}]}), null)
    assert.equal(fault({}, {}, '/bin/busybox', null), null)
  })

  it('is refused where its directory is not below a closed folder of root', () => {
    for (const entry of [{mode: 0o755}, {mode: 0o701}, {mode: 0o750}, {mode: 0o700, uid: 7}])
      assert.equal(fault({}, {[CLOSED]: entry}), `${CLOSED} is open to others than root`)
    const workDir = {source: '/elsewhere/files', target: '/mnt/go-docker', readOnly: false}
    assert.match(fault({workDir}) ?? '', /^\/elsewhere cannot be looked at/)
  })

  it('is refused where it could write anything else, or has the network of the node', () => {
    const mounts = [{source: '/home/ann', target: '/home/ann', readOnly: false}]
    assert.equal(fault({mounts}), 'it could write /home/ann')
    assert.match(fault({network: 'host'}) ?? '', /network of the node/)
  })

  it('is refused where others get to what the engine keeps, or an image would bring the wrapper’s shell', () => {
    assert.match(fault({}, {'/var/lib/docker': {mode: 0o711}}) ?? '', /is open to others$/)
    assert.match(fault({}, {}, '/bin/busybox', '/gone') ?? '', /^\/gone cannot be looked at/)
    assert.match(fault({}, {}, null) ?? '', /no static busybox/)
  })

  it('is the only one that is judged so', () => {
    assert.equal(fault({uid: 7, network: 'host'}, {[CLOSED]: {mode: 0o777}}, null), null)
  })
})
