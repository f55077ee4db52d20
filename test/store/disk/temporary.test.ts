/** Names of temporary files that somebody guessed, on the real file system. */
import assert from 'node:assert/strict'
import {mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createDurable} from '../../../src/store/disk/durable.js'
import {realFileSystem} from '../../../src/store/disk/file-system.js'

describe('T24: a temporary name that somebody took before', () => {
  let folder = ''
  let drawn: string[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'god-temp-'))
    drawn = []
  })
  afterEach(() => rmSync(folder, {recursive: true, force: true}))

  /** Draws the same token again and again, as a guesser would hope. */
  const guessed = () =>
    createDurable({
      fs: realFileSystem,
      random: () => {
        drawn.push('a')
        return 'a'.repeat(24)
      },
      halt: () => undefined,
    })

  const plantAll = (plant: (path: string) => void): void => {
    // Whatever the pattern of its names is: one is made, and its name is taken.
    const seen = new Set<string>()
    const spy = {
      ...realFileSystem,
      open: (path: string, flag: Parameters<typeof realFileSystem.open>[1], mode?: number) => {
        if (flag === 'create') seen.add(path)
        return realFileSystem.open(path, flag, mode)
      },
    }
    createDurable({fs: spy, random: () => 'a'.repeat(24), halt: () => undefined}).publishNew(
      join(folder, 'first'),
      Buffer.from('x'),
      0o600,
    )
    assert.ok(seen.size > 0)
    for (const path of seen) plant(path)
  }

  it('as a link is not written through: the file it leads to is as it was', () => {
    const secret = join(folder, 'secret')
    writeFileSync(secret, 'untouched')
    plantAll(path => symlinkSync(secret, path))
    assert.throws(() => guessed().publishNew(join(folder, 'second'), Buffer.from('ours'), 0o600))
    assert.equal(readFileSync(secret, 'utf8'), 'untouched')
    assert.ok(!readdirSync(folder).includes('second'))
  })

  it('is random where nobody may guess it: ten thousand are no two the same', async () => {
    const {randomToken} = await import('../../../src/host/random.js')
    assert.equal(new Set(Array.from({length: 10_000}, () => randomToken())).size, 10_000)
  })
})
