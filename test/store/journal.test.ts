/** The journal: whole lines, one file a day and writer. */
import assert from 'node:assert/strict'
import {isErrno} from '../../src/store/disk/file-system.js'
import {createJournal, type JournalEntry, judgeJournal} from '../../src/store/journal.js'
import type {DiskProcess} from '../support/disk-process.js'
import {Errno} from '../support/memory-disk.js'
import {DiskWorld} from './disk/disk-world.js'

describe('the journal', () => {
  let world: DiskWorld
  beforeEach(() => {
    world = new DiskWorld()
  })

  const journal = (fs: DiskProcess = world.process()) =>
    createJournal(fs, world.layout, {
      role: 'scheduler',
      host: 'n1',
      pid: 42,
      iso: at => new Date(at).toISOString(),
    })
  const entry = (at: number, id: number): JournalEntry => ({at, what: 'transition', id, from: 'a', to: 'b'})
  const day = Date.UTC(2026, 0, 1, 23, 59, 59)
  const file = '/god/journal/2026-01-01.scheduler-n1-42.ndjson'
  const lines = (path = file): unknown[] =>
    (world.disk.text(path) ?? '')
      .split('\n')
      .filter(line => line !== '')
      .map(line => {
        const {sum, ...entry} = JSON.parse(line)
        assert.match(sum, /^[0-9a-f]{8}$/)
        return entry
      })

  it('holds a line for each entry, in their order, with the time for people', () => {
    const one = journal()
    one.write(entry(day, 1))
    one.write(entry(day, 2))
    assert.deepEqual(lines(), [
      {at: '2026-01-01T23:59:59.000Z', what: 'transition', id: 1, from: 'a', to: 'b'},
      {at: '2026-01-01T23:59:59.000Z', what: 'transition', id: 2, from: 'a', to: 'b'},
    ])
    assert.equal(world.process().lstat(file).mode, 0o644)
  })

  it('T61: has one line for each entry, whatever strangers put into its fields', () => {
    const forged = 'x\n{"at":"2026","what":"forged"}\r\n\u2028\u0085'
    const one = journal()
    one.write({...entry(day, 1), text: forged, by: forged, node: forged})
    one.write(entry(day, 2))
    const text = world.disk.text(file) ?? ''
    assert.equal(text.split('\n').length, 3)
    assert.deepEqual(
      lines().map(line => (line as {what: string}).what),
      ['transition', 'transition'],
    )
  })

  it('begins a new file with the day', () => {
    const one = journal()
    one.write(entry(day, 1))
    one.write(entry(day + 1000, 2))
    assert.equal(lines().length, 1)
    assert.equal(lines('/god/journal/2026-01-02.scheduler-n1-42.ndjson').length, 1)
  })

  it('has whole lines although each write takes only a part', () => {
    journal(world.process().plan({call: 'write', n: 1, effect: 'short'})).write(entry(day, 1))
    assert.equal(lines().length, 1)
  })

  it('keeps a line that a full disk cut off apart from the next one', () => {
    const full = (): never => {
      throw new Errno('ENOSPC', file)
    }
    const fs = world.process().plan({call: 'write', n: 1, effect: 'short'})
    const one = journal(fs.on({call: 'write', when: 'before', n: 2, act: full}))
    assert.throws(
      () => one.write(entry(day, 1)),
      error => isErrno(error, 'ENOSPC'),
    )
    one.write(entry(day, 3))
    const [torn, whole] = (world.disk.text(file) ?? '').split('\n')
    assert.throws(() => JSON.parse(torn ?? ''))
    assert.equal(JSON.parse(whole ?? '').id, 3)
    one.write(entry(day, 4))
    assert.equal((world.disk.text(file) ?? '').split('\n').length, 4)
  })

  it('is found damaged at whichever bit, also of a sum, and whole where it is of before there were sums', () => {
    const one = journal()
    one.write(entry(day, 1))
    one.write(entry(day, 2))
    const bytes = Buffer.from(world.disk.text(file) ?? '')
    assert.equal(judgeJournal(bytes), null)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const spoilt = Buffer.from(bytes)
      spoilt[bit >> 3] = (spoilt[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.match(judgeJournal(spoilt) ?? 'whole', /damaged/, `bit ${bit}: ${spoilt}`)
    }
    assert.equal(
      judgeJournal(Buffer.from('{"at":"2026-01-01T00:00:00.000Z","what":"packed","by":"packer"}\n')),
      null,
    )
  })
})
