/** T53, T54, T63: what of a job reaches anybody else, with real processes of two accounts (needs root). */
import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {join, relative} from 'node:path'
import {jobId, uid} from '../../src/core/brand.js'
import {ANN, BOB, manySiteForEach} from '../support/many-site.js'

const CANARY = 'c4n4ry-5ings'

describe('a site of many users', () => {
  const held = manySiteForEach()

  it('T53: has a secret of a job in its spec and its owner’s copy, and nowhere else', async () => {
    const {site} = held
    const {layout} = site
    const secret = [
      '-E',
      `TOKEN=${CANARY}`,
      '-E',
      'FAKE_SECONDS=0',
      '-o',
      `${CANARY}.log`,
      '--',
      'echo',
      CANARY,
    ]
    await site.as(ANN, 'submit', ...secret)
    await site.as(ANN, 'submit', '-c', '4000', ...secret)
    await site.pass()
    await site.pass()
    await site.asRoot('doctor')
    await site.asRoot('fsck')
    await site.asRoot('gc')
    const files = readdirSync(site.dir, {recursive: true, withFileTypes: true})
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
    const hold = files.filter(path => readFileSync(path, 'latin1').includes(CANARY))
    assert.ok(hold.length > 0)
    const theirs = (path: string): boolean => path.startsWith(layout.inbox) || path.startsWith(layout.work)
    for (const path of hold) {
      const {mode, uid: owner} = statSync(path)
      const name = relative(site.dir, path)
      // Of a group he is alone in a request may be read by the group: the folder is closed to others.
      assert.equal(mode & 0o007, 0, name)
      assert.ok(theirs(path) ? owner === ANN || owner === 0 : (mode & 0o077) === 0, name)
      assert.notEqual(site.tries(BOB, 'cat', path), 0, name)
    }
    assert.ok(hold.some(path => path === layout.specCopy(uid(ANN), jobId(1)) || path.includes('spec')))
    for (const place of [layout.journal, layout.index, layout.live, join(site.dir, 'reasons.json')])
      assert.ok(!hold.some(path => path.startsWith(place)), place)
  })

  it('T63: tells a stranger of a job what is public, and no more, in whatever form he asks', async () => {
    const {site} = held
    await site.as(
      ANN,
      'submit',
      '-J',
      'name',
      '-E',
      `TOKEN=${CANARY}`,
      '-E',
      'FAKE_SECONDS=forever',
      '--',
      CANARY,
    )
    await site.pass()
    const asked = [
      ['stat', '-a', '--json'],
      ['stat', '-a', '-l'],
      ['stat', '-a', '-o', 'wide'],
      ['show', '1', '--json'],
      ['show', '1'],
      ['history', '1', '--json'],
      ['why', '1', '--json'],
      ['logs', '1'],
      ['whoami', '--json'],
    ]
    for (const words of asked) {
      const {stdout, stderr} = await site.as(BOB, ...words)
      assert.ok(!`${stdout}${stderr}`.includes(CANARY), words.join(' '))
    }
    const [job] = JSON.parse((await site.as(BOB, 'stat', '-a', '--json')).stdout).jobs
    const mine = JSON.parse((await site.as(ANN, 'stat', '--json')).stdout).jobs[0]
    assert.deepEqual(Object.keys(job), Object.keys(mine))
    assert.ok(!Object.keys(job).some(key => ['env', 'argv', 'spec', 'command', 'workdir'].includes(key)))
  })

  it('T54: writes no output through a link to what its user could not write himself', async () => {
    const {site} = held
    const {layout} = site
    appendFileSync(layout.config, '\n')
    const config = readFileSync(layout.config, 'utf8').replace('executor = fake', 'executor = process')
    writeFileSync(layout.config, config)
    const target = join(site.folder, 'roots')
    writeFileSync(target, 'untouched\n', {mode: 0o644})
    chmodSync(site.folder, 0o755)
    const open = join(site.folder, 'open')
    assert.equal(site.tries(0, 'mkdir', '-m', '777', open), 0)
    const link = join(open, 'link')
    symlinkSync(target, link)
    await site.as(ANN, 'submit', '-o', link, '--', 'echo', 'overwritten')
    for (let i = 0; i < 50 && (await site.states(ANN))[0]?.[2] !== 'failed'; i++) await site.pass()
    assert.equal((await site.states(ANN))[0]?.[2], 'failed')
    assert.equal(readFileSync(target, 'utf8'), 'untouched\n')
  })
})
