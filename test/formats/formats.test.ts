/**
 * A shared directory of the first version, file by file as it was written then. It must load for ever (R24), and
 * what we write must stay readable for the version that made it. Never change `v1.ndjson`: a new form of a file gets
 * a frozen file of its own beside it.
 */
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {jobId, token} from '../../src/core/brand.js'
import {type JobRecord, parseRecord, parseSpec} from '../../src/core/job.js'
import {openDirectory} from '../../src/store/directory.js'
import {youngestEpoch} from '../../src/store/epoch.js'
import {haltReason} from '../../src/store/halt.js'
import {encodeRecord} from '../../src/store/jobs/job-store.js'
import {decode, encode} from '../../src/store/jobs/record-codec.js'
import {createNodeStore} from '../../src/store/node-store.js'
import {createManifestReader} from '../../src/store/packs/manifest.js'
import {readReasons} from '../../src/store/reasons.js'
import {claimId, listClaims, readHint} from '../../src/store/requests/ids.js'
import {createInbox} from '../../src/store/requests/inbox.js'
import {refusedRequests} from '../../src/store/requests/refused.js'
import {ANN, CLUSTER, DiskWorld, FORMAT} from '../store/disk/disk-world.js'

interface Frozen {
  readonly path: string
  readonly text: string
}

const FROZEN: readonly Frozen[] = readFileSync(fileURLToPath(new URL('v1.ndjson', import.meta.url)), 'utf8')
  .split('\n')
  .filter(line => line !== '')
  .map(line => JSON.parse(line))

const LIVE = FROZEN.filter(({path}) => path.startsWith('jobs/live/'))
const SPECS = FROZEN.filter(({path}) => path.startsWith('jobs/spec/'))

const ensure = (world: DiskWorld, folder: string): void => {
  if (world.exists(folder)) return
  ensure(world, dirname(folder))
  world.process().mkdir(folder, 0o700)
}

const thawed = (): DiskWorld => {
  const world = new DiskWorld()
  for (const {path, text} of FROZEN) {
    ensure(world, dirname(join('/god', path)))
    world.write(join('/god', path), text)
  }
  return world
}

const recordOf = ({path, text}: Frozen): JobRecord => {
  const parsed = decode(Buffer.from(text), parseRecord)
  return parsed.ok ? parsed.value : assert.fail(`${path}: ${parsed.why}`)
}

describe('a shared directory of version 1', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = thawed()
  })

  it('opens', () => {
    assert.deepEqual(openDirectory(world.process(), world.layout), {...FORMAT, format: 1})
  })

  it('shows each of its jobs in its state, and nothing in it is called damaged', () => {
    const states = world
      .jobs()
      .all()
      .map(({record}) => `${record.id} ${record.state} ${record.attempt}`)
    assert.deepEqual(states, [
      '1 killed 1',
      '2 done 1',
      '3 pending 1',
      '4 held 1',
      '5 failed 2',
      '6 lost 2',
      '7 timeout 1',
      '8 refused 1',
      '9 running 1',
      '10 starting 1',
      '11 suspended 1',
      '12 stopping 1',
    ])
    assert.deepEqual(world.disk.files('/god/quarantine'), [])
  })

  it('tells the whole history of each', () => {
    const all = world
      .jobs()
      .all()
      .flatMap(({record}) => world.jobs().history(record.id))
    assert.equal(all.length, LIVE.length)
  })

  it('has every state, and a value in every field that may be empty', () => {
    const records = LIVE.map(recordOf)
    assert.equal(new Set(records.map(({state}) => state)).size, 13)
    const filled = (field: keyof JobRecord): boolean => records.some(record => record[field] !== null)
    const fields: readonly (keyof JobRecord)[] = [
      'walltime',
      'started',
      'ended',
      'reason',
      'node',
      'container',
      'stop',
      'exit',
      'usage',
      'prev',
    ]
    assert.deepEqual(
      fields.filter(field => !filled(field)),
      [],
    )
  })

  it('keeps what each field meant', () => {
    const record = world.jobs().read(jobId(1))?.record
    assert.deepEqual(
      [record?.name, record?.resources, record?.walltime, record?.nice, record?.labels],
      ['träining', {cpus: 2500, memory: 8589934592, gpus: 2}, 3600, -5, {lab: 'Blüte', tier: ''}],
    )
    assert.deepEqual(record?.exit, {code: null, signal: 9, oom: false})
    assert.deepEqual(record?.usage, {cpuSeconds: 12.345678, maxMemory: 1048576, exact: false})
    assert.deepEqual(record?.stop, {cause: 'killed', at: Date.UTC(2026, 5, 1, 8, 3, 20), signal: 'SIGINT'})
    assert.deepEqual(record?.paused, {since: null, total: 30000})
    assert.deepEqual(record?.reason, {
      code: 'killed',
      text: 'killed by request of root',
      numbers: {grace: 10, signal: 'SIGINT'},
    })
    assert.equal(world.jobs().read(jobId(6))?.record.sealed, true)
  })

  it('is written today byte by byte as it was written then', () => {
    for (const frozen of LIVE)
      assert.equal(Buffer.from(encodeRecord(recordOf(frozen))).toString(), frozen.text, frozen.path)
    for (const {path, text} of SPECS) {
      const parsed = decode(Buffer.from(text), parseSpec)
      assert.ok(parsed.ok, path)
      assert.equal(Buffer.from(encode(parsed.value)).toString(), text, path)
    }
  })

  it('tells the private specs', () => {
    const {wish, tok, uid} = world.specs().read(jobId(1)) ?? assert.fail('no spec')
    assert.deepEqual([tok, uid], ['1'.repeat(24), 1000])
    assert.deepEqual(wish, {
      name: 'träining',
      image: 'a',
      command: {kind: 'script', text: '#!/bin/bash\necho "ж" \u2028\n', args: ['a b', '', '$HOME', "'"]},
      cpus: 2500,
      memory: 8589934592,
      walltime: 3600,
      env: {PATH: '/bin', EMPTY: '', A: 'b\nc'},
      labels: {lab: 'Blüte'},
      workdir: '/mnt/go-docker',
      output: '%j.log',
      error: '%j.err',
      hold: true,
    })
    assert.deepEqual(world.specs().read(jobId(2))?.wish, {command: {kind: 'argv', argv: ['true']}})
  })

  it('takes its waiting requests', () => {
    const drop = createInbox(world.process(0), world.layout, CLUSTER).open(ANN) ?? assert.fail('no folder')
    const taken = drop.tokens().map(tok => drop.read(tok))
    assert.deepEqual(
      taken.map(each => (each.kind === 'request' ? each.request.op : each)),
      ['submit', 'submit', 'kill', 'suspend', 'resume', 'hold', 'release'],
    )
    const kill = drop.read(token('2'.repeat(24)))
    assert.ok(kill.kind === 'request' && kill.request.op === 'kill')
    assert.deepEqual([kill.request.ids, kill.request.signal], [[3, 4], 'SIGUSR1'])
    const hold = drop.read(token('5'.repeat(24)))
    assert.ok(hold.kind === 'request' && hold.request.op === 'hold')
    assert.equal(hold.request.remark, 'wait for the data')
  })

  it('tells why requests were refused', () => {
    assert.deepEqual(
      refusedRequests(world.process(), world.layout, ANN).map(({id, code}) => [id, code]),
      [
        [15, 'E_RESOURCES_NEVER'],
        [null, 'E_REQUEST_BAD'],
      ],
    )
  })

  it('tells its nodes, and sees no change in them', () => {
    const fs = world.process()
    const nodes = createNodeStore(world.durable(fs), world.layout)
    assert.deepEqual(nodes.all(), [
      {name: 'n-2.example_org', capacity: {cpus: 1000, memory: 1, gpus: 0}, labels: {}},
      {name: 'n1', capacity: {cpus: 8000, memory: 8589934592, gpus: 1}, labels: {disk: 'ssd', os: 'linux'}},
    ])
    nodes.report(nodes.all())
    assert.equal(fs.mutations, 0)
  })

  it('knows what was packed and dropped, why jobs wait, who led, which ids are free, and why it stopped', () => {
    const manifest = createManifestReader(world.process(), world.layout)
    assert.deepEqual(
      [49, 50, 60, 61, 62, 100, 120, 121, 122, 130, 131].filter(id => manifest.contains(jobId(id))),
      [50, 60, 62, 100, 120, 122, 130],
    )
    const reasons = readReasons(world.durable(), world.layout)
    assert.equal(reasons.get(jobId(3))?.numbers?.cpus, 2000)
    assert.equal(reasons.get(jobId(4))?.code, 'held')
    assert.equal(reasons.get(jobId(5)), undefined)
    assert.equal(youngestEpoch(world.durable(), world.layout), 3)
    assert.equal(readHint(world.process(), world.layout), 13)
    assert.deepEqual([...listClaims(world.process(), world.layout)].sort(), [13, 14])
    assert.equal(claimId(world.durable(), world.layout), 15)
    assert.match(haltReason(world.process(), world.layout) ?? '', /fsync of \/god failed/)
  })

  it('has a journal of whole lines', () => {
    const journal =
      FROZEN.find(({path}) => path.startsWith('journal/'))
        ?.text.trimEnd()
        .split('\n') ?? []
    assert.deepEqual(
      journal.map(line => JSON.parse(line).what),
      ['admitted', 'transition'],
    )
  })
})
