/** The bell of the process executor: it rings at an end, and comes back when its folder could not be watched. */
import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {watchBell} from '../../../plugins/executor-process/src/bell.js'
import {hostOn, until} from './world.js'

describe('the bell of a process executor', () => {
  let root: string
  let stateDir: string
  let wakes: number
  let logged: string[]
  let stop: () => void
  /** Ends the wait under way. */
  let again: () => void
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'god-bell-'))
    stateDir = join(root, 'state')
    wakes = 0
    logged = []
  })
  afterEach(() => {
    stop()
    rmSync(root, {recursive: true})
  })

  const listen = (): void => {
    const host = hostOn(stateDir)
    stop = watchBell(
      {
        ...host,
        log: (_level, text) => logged.push(text),
        delay: () =>
          new Promise(resolve => {
            again = resolve
          }),
      },
      () => {
        wakes += 1
      },
    )
  }
  const ring = (): void => {
    writeFileSync(join(root, 'bell'), '')
    renameSync(join(root, 'bell'), join(stateDir, 'bell'))
  }

  it('wakes for the bell and for no other file, until it is stopped', async () => {
    mkdirSync(stateDir)
    listen()
    writeFileSync(join(stateDir, 'other'), '')
    ring()
    await until('it rang', () => wakes > 0)
    assert.equal(wakes, 1)
    stop()
    ring()
    await new Promise(setImmediate)
    assert.equal(wakes, 1)
  })

  it('says why it cannot watch, and tries again after a while', async () => {
    listen()
    assert.match(logged.join(), /cannot be watched, ends are seen later: .*ENOENT/)
    mkdirSync(stateDir)
    again()
    await new Promise(setImmediate)
    ring()
    await until('it rang', () => wakes > 0)
    assert.equal(logged.length, 1)
  })

  it('that is stopped while it waits does not come back', async () => {
    listen()
    stop()
    mkdirSync(stateDir)
    again()
    await new Promise(setImmediate)
    ring()
    await new Promise(setImmediate)
    assert.equal(wakes, 0)
  })
})
