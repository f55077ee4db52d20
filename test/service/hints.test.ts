/** Hints of the real kernel, in real folders. */
import assert from 'node:assert/strict'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type Hints, watchFolders} from '../../src/service/hints.js'

/** '': closed meanwhile. */
const readIfThere = (path: string): string => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

describe('hints', () => {
  let root: string
  let hints: Hints
  let rings: number
  const warnings: string[] = []
  const folder = (name: string): string => join(root, name)

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'god-hints-'))
    for (const name of ['bell', 'lock']) mkdirSync(folder(name))
    rings = 0
    hints = watchFolders(
      [folder('bell'), folder('lock')],
      () => rings++,
      text => warnings.push(text),
    )
  })
  afterEach(async () => {
    await hints.close()
    rmSync(root, {recursive: true})
  })

  /** As a submit rings: a private file renamed over the bell. */
  const ring = (name: string): void => {
    writeFileSync(folder(`${name}/.t.1`), '')
    renameSync(folder(`${name}/.t.1`), folder(`${name}/u1000`))
  }
  /** Until it is heard; the kernel needs a moment to begin to listen. */
  const ringUntilHeard = async (name: string): Promise<void> => {
    const before = rings
    while (rings === before) {
      ring(name)
      await new Promise(resolve => setImmediate(resolve))
    }
  }

  it('tell of a bell, again and again, in each of the folders', async () => {
    await ringUntilHeard('bell')
    await ringUntilHeard('lock')
    await ringUntilHeard('bell')
    assert.deepEqual(warnings, [])
  })

  it('T20: follow no link and go into no folder: a planted tree costs nothing', async () => {
    const watched = (): number =>
      process.getActiveResourcesInfo().filter(name => name === 'FSEventWrap').length
    await ringUntilHeard('bell')
    const before = watched()
    await hints.close()
    for (let i = 0; i < 50; i++) mkdirSync(folder(`bell/d${i}/deep`), {recursive: true})
    symlinkSync('/usr', folder('bell/link'))
    hints = watchFolders(
      [folder('bell'), folder('lock')],
      () => rings++,
      text => warnings.push(text),
    )
    await ringUntilHeard('bell')
    assert.ok(watched() <= before, `${watched()} for ${before}`)
    assert.deepEqual(warnings, [])
  })

  it('T20: watch the folders, and no name in them: thousands of names of one user cost nothing', async () => {
    const handles = (): number =>
      readdirSync('/proc/self/fdinfo')
        .map(fd => readIfThere(`/proc/self/fdinfo/${fd}`))
        .reduce((sum, text) => sum + text.split('\n').filter(line => line.startsWith('inotify')).length, 0)
    await ringUntilHeard('bell')
    const before = handles()
    await hints.close()
    for (let i = 0; i < 2000; i++) writeFileSync(folder(`bell/x${i}`), '')
    hints = watchFolders(
      [folder('bell'), folder('lock')],
      () => rings++,
      text => warnings.push(text),
    )
    await ringUntilHeard('bell')
    await ringUntilHeard('lock')
    assert.ok(handles() <= before, `${handles()} for ${before}`)
    assert.deepEqual(warnings, [])
  })

  it('are silent once they are closed', async () => {
    await ringUntilHeard('bell')
    await hints.close()
    const {length} = warnings
    const before = rings
    ring('bell')
    await new Promise(resolve => setImmediate(resolve))
    assert.deepEqual([rings, warnings.length], [before, length])
  })

  it('of a folder that is not there are none, and no fault', async () => {
    const none = watchFolders(
      [folder('gone')],
      () => assert.fail('it rang'),
      text => assert.fail(text),
    )
    await none.close()
  })
})
