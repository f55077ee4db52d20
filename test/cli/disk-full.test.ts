import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {god} from '../support/god.js'
import {temporaryFolder} from '../support/site.js'
import {skip} from '../support/skip.js'

/** A file system of one megabyte: only root can mount it, and not in every container. */
const mounted = (path: string): boolean => {
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path], {stdio: 'ignore'})
    return true
  } catch {
    return false
  }
}

describe('a full disk (needs the right to mount)', () => {
  let folder = ''
  let disk = ''
  let dir = ''

  before(async function () {
    folder = temporaryFolder()
    disk = join(folder, 'disk')
    if (!mounted(disk)) return skip(this, 'a small disk cannot be mounted here')
    dir = join(disk, 'god')
    assert.equal((await god(['init', dir, '--executor', 'fake'])).code, 0)
    assert.equal((await god(['submit', '-E', 'FAKE_SECONDS=forever', 'x'], {dir})).code, 0)
  })
  after(() => {
    if (dir !== '') execFileSync('umount', [disk])
    rmSync(folder, {recursive: true, force: true})
  })

  const fill = (): void => {
    const ballast = join(disk, 'ballast')
    const {bavail, bsize} = statfsSync(disk)
    writeFileSync(ballast, Buffer.alloc(bavail * bsize))
    assert.equal(statfsSync(disk).bavail, 0)
  }

  const requests = (): readonly string[] => readdirSync(join(dir, 'inbox', `u${process.getuid?.()}`))

  it('queues nothing, says so, and loses nothing', async () => {
    fill()
    const before = requests()
    const {stdout, stderr, code} = await god(['submit', 'x'], {dir})
    assert.deepEqual([stdout, code], ['', 74])
    assert.match(stderr, /^god: cannot write .*: ENOSPC\. Free space and .*nothing was .*\.\n$/)
    assert.deepEqual(requests(), before)
    const {stdout: document} = await god(['submit', '--json', 'x'], {dir})
    assert.equal(JSON.parse(document).error.code, 'E_DISK_FULL')
    const {stdout: list} = await god(['stat', '-Q'], {dir})
    assert.equal(list, '1\n')
  })

  it('stops the passes with 74, and lets them go on when there is space again', async () => {
    const {stderr, code} = await god(['schedule'], {dir})
    assert.equal(code, 74, stderr)
    assert.match(stderr, /ENOSPC/)
    rmSync(join(disk, 'ballast'))
    for (const args of [['schedule'], ['watch', '--once']])
      assert.deepEqual(await god(args, {dir}), {stdout: '', stderr: '', code: 0}, args.join(' '))
    const {stdout} = await god(['stat', '-o', 'id,state'], {dir})
    assert.equal(stdout, '1\trunning\n')
    assert.equal((await god(['submit', '--parsable', 'x'], {dir})).code, 0)
  })
})
