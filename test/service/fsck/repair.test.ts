/** fsck in a whole world: what it finds beside living passes, what it mends, and what it leaves alone. */
import assert from 'node:assert/strict'
import {join} from 'node:path'
import {type JobId, jobId} from '../../../src/core/brand.js'
import {GodError} from '../../../src/core/errors.js'
import {ownerOf} from '../../../src/service/fsck/ground.js'
import {youngestEpoch} from '../../../src/store/epoch.js'
import {encode} from '../../../src/store/jobs/record-codec.js'
import {CLAIM_LIFE, claimId, readHint} from '../../../src/store/requests/ids.js'
import {attempt, dying, plantRequest} from '../../support/dying.js'
import {assertClean, fsck, groundOf, idsOf, repair, severe} from '../../support/fsck.js'
import {packAll} from '../../support/packing.js'
import {USER, World} from '../../support/world.js'

describe('fsck', () => {
  let world: World
  let id: JobId
  beforeEach(async () => {
    world = new World()
    id = world.submit({env: {FAKE_SECONDS: 'forever'}})
    await world.cron()
  })

  const path = (rev: number): string => join(world.layout.bucket(id), `${id}.${rev}.json`)
  const spec = (): string => world.layout.spec(id)
  const tear = (at: string, text = 'torn'): void => {
    const node = world.disk.lookup(at) ?? assert.fail(at)
    node.bytes = Buffer.from(text)
  }
  const remove = (at: string): void => world.process().fs.unlink(at)
  const kept = (): readonly string[] =>
    world.disk
      .files(world.layout.quarantine)
      .map(name => name.slice(world.layout.quarantine.length + 1).replace(/\.[0-9a-f]{24}/, ''))
  const found = async (): Promise<readonly string[]> => idsOf(await fsck(world))
  /** Without the engine: what becomes of containers is the watcher's business. */
  const inState = async (): Promise<readonly string[]> => idsOf(await fsck(world, {engine: false}))
  const mended = async (): Promise<readonly string[]> =>
    (await repair(world)).findings.map(({finding, repaired, failed}) =>
      [finding.id, repaired ? 'repaired' : (failed ?? 'left')].join(' '),
    )

  it('finds a world that lives clean', () => assertClean(world))

  it('sets a damaged top revision aside: the one before it counts, and the job goes on', async () => {
    tear(path(3))
    assert.deepEqual(await found(), ['F_RECORD'])
    assert.deepEqual(await mended(), ['F_RECORD repaired', 'F_QUARANTINE left'])
    assert.deepEqual(kept(), ['1.3.json', '1.3.json.why'])
    assert.equal(world.state(id), 'starting')
    await world.cron()
    assert.equal(world.state(id), 'running')
    assert.equal(world.begun().length, 1)
    await assertClean(world)
  })

  it('keeps a damaged revision below the top under two names, for the top counts only with it', async () => {
    tear(path(2))
    assert.deepEqual(await found(), ['F_REV_MIDDLE'])
    assert.deepEqual(await mended(), ['F_REV_MIDDLE repaired', 'F_REV_KEPT left', 'F_QUARANTINE left'])
    assert.equal(world.state(id), 'running')
    assert.equal(world.disk.text(path(2)), 'torn')
    assert.deepEqual(kept(), ['1.2.json', '1.2.json.why'])
    assert.deepEqual(await found(), ['F_REV_KEPT', 'F_QUARANTINE'])
  })

  it('sets aside what was published on other bytes, or on nothing', async () => {
    tear(path(3), (world.disk.text(path(3)) ?? '').slice(0, -1))
    remove(path(2))
    assert.deepEqual(await inState(), ['F_RECORD'])
    const other = world.disk.lookup(path(1))?.bytes ?? assert.fail()
    await repair(world)
    assert.equal(world.state(id), 'pending')
    await world.cron()
    const third = {...world.record(id), prev: {rev: 2, sha256: 'f'.repeat(64)}}
    tear(path(3), Buffer.from(encode(third)).toString())
    assert.deepEqual(await inState(), ['F_PREV', 'F_QUARANTINE'])
    remove(path(2))
    assert.deepEqual(await inState(), ['F_REV_GAP', 'F_QUARANTINE'])
    assert.equal(world.disk.lookup(path(1))?.bytes, other)
  })

  it('makes a job anew of which only the spec is left: held, never an attempt that began', async () => {
    for (const rev of [1, 2, 3]) tear(path(rev))
    const told = await mended()
    assert.deepEqual(told, [
      'F_RECORD repaired',
      'F_RECORD repaired',
      'F_RECORD repaired',
      'F_SPEC_ALONE repaired',
      'F_CONTAINER_UNKNOWN left',
      'F_QUARANTINE left',
    ])
    const record = world.record(id)
    assert.deepEqual([record?.state, record?.attempt, record?.reason?.code], ['held', 2, 'restored'])
    world.clock.advance(11 * 60_000)
    await world.cron()
    await assertClean(world)
    world.control('release', [id])
    await world.cron()
    assert.equal(world.state(id), 'running')
    assert.deepEqual(
      world.begun().map(each => each.attempt),
      [1, 2],
    )
  })

  it('leaves a spec alone whose request is still there, or whose job is packed', async () => {
    const fs = dying(world, {call: 'link', path: '/2.1.json', n: 1, effect: 'crash-before'})
    world.submit()
    await attempt(fs, () => world.process(fs).schedule())
    assert.ok(world.disk.text(world.layout.spec(jobId(2))) !== null)
    await assertClean(world)
    const done = world.submit({env: {FAKE_SECONDS: '0'}})
    await world.settle(3)
    const bytes = world.disk.lookup(world.layout.spec(done)) ?? assert.fail()
    packAll(world)
    world.disk.lookup(world.layout.specBucket(done))?.names.set(`${done}.json`, bytes)
    assert.deepEqual(await found(), ['F_ID_TWICE'])
  })

  it('holds a waiting job whose spec is damaged, and leaves one alone that has begun', async () => {
    tear(spec())
    const waits = world.submit({cpus: 4000})
    await world.cron()
    tear(world.layout.spec(waits))
    assert.deepEqual(await found(), ['F_SPEC', 'F_SPEC'])
    assert.deepEqual(await mended(), [
      'F_SPEC repaired',
      'F_SPEC repaired',
      'F_SPEC_MISSING repaired',
      'F_SPEC_LOST left',
      'F_SPEC_LOST left',
      'F_QUARANTINE left',
    ])
    assert.deepEqual([world.state(id), world.state(waits)], ['running', 'held'])
    assert.equal(world.record(waits)?.reason?.code, 'spec')
    world.control('kill', [id])
    world.control('release', [waits])
    await world.settle(14)
    assert.equal(world.state(waits), 'failed')
    assert.match(world.record(waits)?.reason?.text ?? '', /spec is missing/)
  })

  it('raises a hint and an epoch that fell behind, and burns claims that nobody uses', async () => {
    for (const hint of world.disk.files(world.layout.hints)) remove(hint)
    for (const claim of world.disk.files(world.layout.locks)) remove(claim)
    claimId(world.durable(world.process().fs), world.layout)
    claimId(world.durable(world.process().fs), world.layout)
    world.clock.advance(CLAIM_LIFE)
    assert.deepEqual(await found(), ['F_HINT', 'F_EPOCHS', 'F_CLAIM', 'F_CLAIM'])
    await repair(world)
    assert.deepEqual(await found(), [])
    const {durable} = world.process().service
    assert.ok(readHint(durable.fs, world.layout) > id)
    assert.ok(youngestEpoch(durable, world.layout) > (world.record(id)?.epoch ?? 0))
  })

  it('refuses damaged requests to their owner, and tells of folders that are not of their user', async () => {
    const good = world.submit()
    const folder = world.layout.dropFolder(USER as never)
    const [name = ''] = world.disk.files(folder).filter(each => each.endsWith('.req'))
    tear(name, (world.disk.text(name) ?? '').replace('"true"', '"halt"'))
    world.process().fs.mkdir(join(world.layout.inbox, 'u5'), 0o770)
    assert.deepEqual(await found(), ['F_REQUEST', 'F_USER_FOLDER'])
    const {findings} = await repair(world)
    assert.match(findings[0]?.finding.text ?? '', /its checksum does not fit/)
    assert.ok(world.disk.files(folder).some(each => each.includes('.why.')))
    assert.deepEqual(await found(), ['F_USER_FOLDER'])
    assert.equal(world.state(good), 'absent')
  })

  it('takes a request without a sum as others write it', async () => {
    const tok = '7'.repeat(24)
    const {cluster} = world.process().service.format
    const text = JSON.stringify({v: 1, op: 'kill', tok, cluster, ids: [id]})
    const at = plantRequest(world, text)
    world.process().fs.rename(at, join(world.layout.dropFolder(USER as never), `${tok}.req`))
    await assertClean(world)
    await world.settle(14)
    assert.equal(world.state(id), 'killed')
  })

  it('tells of containers that no record asks for, and of two of one attempt', async () => {
    const [model] = world.engine.all()
    const spec = model?.spec ?? assert.fail()
    world.engine.create({...spec, name: 'god-again', nonce: 'f'.repeat(24)})
    world.engine.create({...spec, name: 'god-lost', job: 77})
    const findings = await fsck(world)
    assert.deepEqual(idsOf(findings), ['F_CONTAINER_TWICE', 'F_CONTAINER_UNKNOWN', 'F_CONTAINER_UNKNOWN'])
    assert.match(findings[0]?.text ?? '', /attempt 1 of job 1 has 2 containers/)
    assert.deepEqual(idsOf(await fsck(world, {engine: false})), [])
    world.clock.advance(1)
    await world.cron()
    world.clock.advance(11 * 60_000)
    await world.cron()
    await assertClean(world)
  })

  it('tells what it saw twice only', async () => {
    tear(path(3))
    const whole = world.disk.lookup(path(3)) ?? assert.fail()
    const pause = async (): Promise<void> => {
      world.disk.lookup(world.layout.bucket(id))?.names.delete(`${id}.3.json`)
    }
    assert.deepEqual(severe(await fsck(world, {pause})), [])
    assert.ok(whole)
  })

  it('beside passes that come between its looks finds nothing', async () => {
    for (let i = 0; i < 5; i++) {
      world.submit({env: {FAKE_SECONDS: String(i)}})
      world.clock.advance(500)
      assert.deepEqual(severe(await fsck(world, {pause: () => world.cron()})), [])
      await world.cron()
    }
  })

  it('changes nothing while the manifest is damaged, for a job might just be packed', async () => {
    const fs = world.process().fs
    const fd = fs.open(join(world.layout.done, 'MANIFEST.1'), 'create', 0o644)
    fs.write(fd, Buffer.from('torn'))
    fs.close(fd)
    tear(path(3))
    const {findings} = await repair(world)
    assert.ok(findings.every(({repaired}) => !repaired))
    assert.equal(world.disk.text(path(3)), 'torn')
  })

  it('goes on after any crash in its repairs', async () => {
    const damage = (): void => {
      for (const rev of [1, 2, 3]) tear(path(rev))
      remove(world.layout.reasons)
    }
    for (let n = 1; ; n++) {
      world = new World()
      id = world.submit({env: {FAKE_SECONDS: '0'}})
      await world.cron()
      damage()
      const fs = dying(world, {n, effect: 'crash-before'})
      const finished = await attempt(fs, () => repair(world, fs))
      await repair(world)
      assert.equal(world.state(id), 'held', `after ${n} steps`)
      world.clock.advance(11 * 60_000)
      await world.cron()
      await assertClean(world, `after ${n} steps`)
      if (finished !== null) break
      assert.ok(n < 100)
    }
  })

  it('is for who may read all of it', () => {
    const ground = groundOf(world)
    assert.equal(ownerOf(ground), USER)
    assert.equal(ownerOf({...ground, uid: 0}), USER)
    assert.throws(
      () => ownerOf({...ground, uid: 1001}),
      error => error instanceof GodError && error.code === 'E_NOT_PERMITTED',
    )
  })
})
