/** Quarantine: damaged files are moved with their reason, and only the ones that were judged. */
import assert from 'node:assert/strict'
import {createQuarantine, noQuarantine} from '../../src/store/quarantine.js'
import {Crash, type DiskProcess} from '../support/disk-process.js'
import {DiskWorld} from './disk/disk-world.js'

const PATH = '/god/jobs/live/7.2.json'

describe('quarantine', () => {
  let world: DiskWorld
  let ino: number
  beforeEach(() => {
    world = new DiskWorld()
    world.write(PATH, 'torn')
    ino = world.process().lstat(PATH).ino
  })
  const quarantine = (fs: DiskProcess = world.process()) => createQuarantine(fs, world.layout, world.random)
  const kept = (): string[] => world.disk.files('/god/quarantine')

  it('takes a file as it is, with the path it had and why', () => {
    assert.equal(quarantine().take(PATH, ino, 'it is torn'), true)
    assert.ok(!world.exists(PATH))
    const [name] = quarantine().names()
    assert.equal(world.disk.text(`/god/quarantine/${name}`), 'torn')
    assert.equal(world.disk.text(`/god/quarantine/${name}.why`), `${PATH}: it is torn\n`)
    assert.match(name ?? '', /^7\.2\.json\./)
  })

  it('keeps two files of one name apart', () => {
    quarantine().take(PATH, ino, 'one')
    world.write(PATH, 'torn again')
    quarantine().take(PATH, world.process().lstat(PATH).ino, 'two')
    assert.equal(quarantine().names().length, 2)
  })

  it('leaves what came into its place after it was judged', () => {
    const slow = world.process()
    slow.on({call: 'lstat', when: 'before', act: () => world.write(PATH, 'whole and new')})
    assert.equal(quarantine(slow).take(PATH, ino, 'it is torn'), false)
    assert.equal(world.disk.text(PATH), 'whole and new')
    assert.deepEqual(kept(), [])
  })

  it('takes nothing that another one took, and leaves no reason without a file', () => {
    quarantine().take(PATH, ino, 'it is torn')
    assert.equal(quarantine().take(PATH, ino, 'it is torn'), false)
    assert.equal(kept().length, 2)
  })

  it('leaves the file for a later pass where it cannot move it', () => {
    for (const call of ['open-create', 'write', 'lstat', 'rename'])
      for (const error of ['EACCES', 'EROFS', 'ENOSPC', 'EIO']) {
        const fs = world.process().plan({call, n: 1, effect: {error}})
        assert.equal(quarantine(fs).take(PATH, ino, 'x'), false, `${call} ${error}`)
        assert.equal(world.disk.text(PATH), 'torn')
        assert.deepEqual(kept(), [])
      }
  })

  it('does not go on in a killed process', () => {
    const dying = world.process().plan({call: 'rename', n: 1, effect: 'crash-before'})
    assert.throws(() => quarantine(dying).take(PATH, ino, 'x'), Crash)
  })

  it('of those who look only takes nothing', () => {
    assert.equal(noQuarantine.take(PATH, ino, 'x'), false)
    assert.deepEqual(noQuarantine.names(), [])
    assert.ok(world.exists(PATH))
  })
})
