/** The mount, the room and the limits, as the kernel tells them. */
import assert from 'node:assert/strict'
import {tmpdir} from 'node:os'
import {mountIn, mountOf, roomOf, watchLimits} from '../../src/host/place.js'

const TABLE = `overlay / overlay rw,relatime 0 0
server:/export /srv nfs4 rw,vers=4.2,hard,addr=10.0.0.1 0 0
/dev/sda1 /srv/my\\040disk ext4 rw 0 0
proc /proc proc rw 0 0
/dev/sdb1 /srv/over xfs rw 0 0
tmpfs /srv/over tmpfs rw 0 0
`

describe('the place of a folder', () => {
  it('is on the nearest mount above it', () => {
    const type = (path: string): string | undefined => mountIn(TABLE, path)?.type
    assert.equal(type('/srv/god'), 'nfs4')
    assert.equal(type('/srv'), 'nfs4')
    assert.equal(type('/srvother'), 'overlay')
    assert.equal(type('/srv/my disk/god'), 'ext4')
    assert.equal(type('/srv/over/god'), 'tmpfs', 'the last one mounted there')
    assert.deepEqual(mountIn(TABLE, '/srv')?.options, ['rw', 'vers=4.2', 'hard', 'addr=10.0.0.1'])
    assert.equal(mountIn('', '/srv'), null)
  })

  it('is told of the real one', () => {
    assert.notEqual(mountOf(tmpdir())?.type, undefined)
    const room = roomOf(tmpdir()) ?? assert.fail()
    assert.ok(room.free > 0 && room.total >= room.free)
    assert.ok((watchLimits()?.watches ?? 1) > 0)
    assert.deepEqual([mountOf('/nonexistent'), roomOf('/nonexistent')], [null, null])
  })
})
