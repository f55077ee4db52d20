/** A job whose account cannot get to its directory is refused with the folder that is closed. */
import assert from 'node:assert/strict'
import {chmodSync, mkdirSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {reachReason} from '../../../plugins/executor-process/src/reach.js'

const STRANGER = {uid: 4242, gid: 4242, groups: [4242]}

describe('the way to the directory of a job', () => {
  let root: string
  let work: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'god-reach-'))
    work = join(root, 'a', 'b')
    mkdirSync(work, {recursive: true})
    chmodSync(root, 0o755)
    chmodSync(join(root, 'a'), 0o711)
  })
  afterEach(() => rmSync(root, {recursive: true, force: true}))

  it('is open where every folder above may be passed; the last one is the job’s own', () => {
    chmodSync(work, 0o700)
    assert.equal(reachReason(work, STRANGER), null)
  })

  it('is closed by a folder that others may not pass, and that folder is named', () => {
    chmodSync(join(root, 'a'), 0o700)
    const reason = reachReason(work, STRANGER)
    assert.equal(reason?.code, 'reach')
    assert.ok(reason?.text.includes(join(root, 'a')))
  })

  it('is open to root, and to the owner of the closed folder', () => {
    chmodSync(join(root, 'a'), 0o700)
    assert.equal(reachReason(work, {uid: 0, gid: 0, groups: []}), null)
    assert.equal(reachReason(work, {uid: process.getuid?.() ?? 0, gid: 4242, groups: []}), null)
  })

  it('is closed to a group that is kept out though all others may pass', () => {
    chmodSync(join(root, 'a'), 0o701)
    assert.equal(reachReason(work, {...STRANGER, groups: [process.getgid?.() ?? 0]})?.code, 'reach')
  })
})
