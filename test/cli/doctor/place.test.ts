/** What is told of the place that a shared directory lies in. */
import assert from 'node:assert/strict'
import {mountFinding, roomFinding, watchFinding} from '../../../src/cli/doctor/place.js'

const MIB = 1024 ** 2

describe('the place of a shared directory', () => {
  const mount = (type: string, options: string, declared: 'local' | 'nfs' | null = null): string => {
    const {severity, text} = mountFinding({at: '/srv', type, options: options.split(',')}, declared)
    return `${severity}: ${text}`
  }

  it('is good on local disks, and worth a look elsewhere', () => {
    assert.equal(mount('ext4', 'rw,relatime', 'local'), 'ok: ext4 at /srv')
    assert.equal(mount('tmpfs', 'rw'), 'warning: tmpfs at /srv: nothing of it is there after the next start')
    assert.equal(mount('fuse.sshfs', 'rw'), 'warning: fuse.sshfs at /srv: nobody tried that one')
    assert.equal(mount('overlay', 'rw,volatile'), 'warning: overlay at /srv: its syncs are not kept')
    assert.equal(mount('xfs', 'ro,relatime'), 'error: xfs at /srv, read only')
    assert.equal(mountFinding(null, null).severity, 'ok')
  })

  it('on NFS must be hard, and should be new and known as such', () => {
    assert.equal(mount('nfs4', 'rw,vers=4.2,hard', 'nfs'), 'ok: nfs4 at /srv, version 4.2, hard')
    assert.match(mount('nfs4', 'rw,vers=4.2,soft', 'nfs'), /^error: .*mounted soft/)
    assert.match(mount('nfs4', 'rw,vers=4.2,softerr', 'nfs'), /^error: .*mounted soft/)
    assert.match(mount('nfs', 'rw,vers=3,hard', 'nfs'), /^warning: .*version 3/)
    assert.match(mount('nfs', 'rw,hard', 'nfs'), /^warning: .*version unknown/)
    assert.match(mount('nfs4', 'rw,vers=4.1,async', 'nfs'), /^warning: .*mounted async/)
    assert.match(mount('nfs4', 'rw,vers=4.1,hard', 'local'), /^warning: .*FORMAT says that it is local/)
  })

  it('needs room, in bytes and in inodes', () => {
    const room = (free: number, freeInodes = 1e6, inodes = 2e6, total = 1000 * MIB): string => {
      const {severity, text} = roomFinding({free: free * MIB, total, freeInodes, inodes})
      return `${severity}: ${text}`
    }
    assert.equal(room(500), 'ok: 500 MiB free (50 %)')
    assert.equal(room(500, 0, 0), 'ok: 500 MiB free (50 %)')
    assert.equal(room(10), 'error: 10 MiB free (1 %)')
    assert.equal(room(500, 10), 'error: 10 inodes are left')
    assert.equal(room(500, 5000), 'warning: 5000 of 2000000 inodes are left')
    assert.equal(room(100, 1e6, 2e6, 10_000 * MIB), 'warning: 100 MiB free (1 %)')
    assert.equal(roomFinding(null).severity, 'ok')
  })

  it('must be allowed to be watched', () => {
    assert.equal(watchFinding({watches: 65536, instances: 128}).severity, 'ok')
    assert.match(watchFinding({watches: 100, instances: 128}).text, /bells may not be heard/)
    assert.equal(watchFinding({watches: 65536, instances: 8}).severity, 'warning')
    assert.equal(watchFinding(null).severity, 'ok')
  })
})
