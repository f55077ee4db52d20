/** What fsck tells of manifests and their copies, where both are damaged, on a bad sector, or of an older god. */
import assert from 'node:assert/strict'
import {jobId} from '../../../src/core/brand.js'
import {look} from '../../../src/service/fsck/look.js'
import {encode} from '../../../src/store/jobs/record-codec.js'
import {publishManifest} from '../../../src/store/packs/publish-manifest.js'
import {DiskProcess} from '../../support/disk-process.js'
import {assertClean, fsck, groundOf, idsOf, OPTIONS, repair} from '../../support/fsck.js'
import {Errno} from '../../support/memory-disk.js'
import {packAll} from '../../support/packing.js'
import {World} from '../../support/world.js'

const PATH = '/god/jobs/done/MANIFEST.1'

/** Of whatever has that inode nothing can be read; a file that is put in its place is another one. */
class BadSector extends DiskProcess {
  readonly #ino: number
  constructor(world: World, ino: number) {
    super(world.disk)
    this.#ino = ino
  }
  override open(...args: Parameters<DiskProcess['open']>): number {
    const fd = super.open(...args)
    if (this.fstat(fd).ino !== this.#ino) return fd
    this.close(fd)
    throw new Errno('EIO', args[0])
  }
}

describe('fsck', () => {
  let world: World
  beforeEach(async () => {
    world = new World()
    world.submit({env: {FAKE_SECONDS: '0'}})
    await world.settle(3)
    packAll(world)
  })
  const node = (path: string) => world.disk.lookup(path) ?? assert.fail(path)

  it('tells of a manifest that is damaged as its copy, and leaves both to whoever has a backup', async () => {
    for (const path of [PATH, `${PATH}.copy`]) node(path).bytes = Buffer.from('x')
    assert.deepEqual(idsOf(await fsck(world)), ['F_MANIFEST', 'F_MANIFEST_COPY'])
    const {findings} = await repair(world)
    assert.deepEqual(
      findings.map(({repaired}) => repaired),
      [false, false],
    )
    assert.equal(world.disk.text(PATH), 'x')
  })

  for (const path of [PATH, `${PATH}.copy`])
    it(`tells that ${path} is on a bad sector, looks at all else by the other one, and writes it again`, async () => {
      const bad = new BadSector(world, node(path).ino)
      const {findings} = await look(groundOf(world, bad), OPTIONS)
      assert.deepEqual(
        findings.map(finding => [finding.id, finding.path, finding.repair?.do]),
        [['F_UNREADABLE', path, 'mend-manifest']],
      )
      await repair(world, bad)
      await assertClean(world)
      assert.deepEqual(node(PATH).bytes, node(`${PATH}.copy`).bytes)
      assert.deepEqual(world.disk.files(world.layout.quarantine), [])
    })

  it('leaves a folder in the place of a manifest to a person, and goes by the copy', async () => {
    const fs = new DiskProcess(world.disk)
    fs.unlink(PATH)
    fs.mkdir(PATH, 0o700)
    const found = await fsck(world)
    assert.deepEqual(
      found.map(({id, repair: due}) => [id, due]),
      [['F_STRANGER', undefined]],
    )
    assert.ok(world.process().service.manifest.contains(jobId(1)))
  })

  it('publishes the manifest of an older god once more, with a copy', async () => {
    const fs = new DiskProcess(world.disk)
    fs.unlink(`${PATH}.copy`)
    node(PATH).bytes = encode({v: 1, segments: [], dropped: [[1, 900]]})
    assert.deepEqual(idsOf(await fsck(world)), ['F_MANIFEST_COPY'])
    await repair(world)
    await assertClean(world)
    const {manifest} = world.process().service
    assert.equal(manifest.newest().n, 2)
    assert.ok(manifest.contains(jobId(900)))
  })

  it('does not tell of what a packer left who came back after all was pruned', async () => {
    const {durable, layout, manifest} = world.process().service
    const left = node(`${PATH}.copy`).bytes

    for (let i = 0; i < 64; i++)
      assert.ok(publishManifest(durable, layout, manifest.newest(), manifest.newest().manifest))
    const fs = new DiskProcess(world.disk)
    fs.close(fs.open(`${PATH}.copy`, 'create', 0o644))
    node(`${PATH}.copy`).bytes = left
    assert.deepEqual(await fsck(world), [])
  })
})
