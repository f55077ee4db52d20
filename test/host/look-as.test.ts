/** T37, T21: a look at a path with the rights of a user, for real. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {lookAs} from '../../src/host/look-as.js'
import {skip} from '../support/skip.js'

const ANN = {uid: 1, gid: 1, groups: [1], name: 'ann', home: '/'}

describe('T37 a look as somebody else', () => {
  let folder = ''
  before(function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can become another user')
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'god-look-'))
    chmodSync(folder, 0o755)
    for (const [name, uid, mode] of [
      ['open', 0, 0o755],
      ['closed', 0, 0o700],
      ['hers', 1, 0o700],
      ['groups', 0, 0o750],
    ] as const) {
      mkdirSync(join(folder, name))
      mkdirSync(join(folder, name, 'in'))
      chownSync(join(folder, name), uid, name === 'groups' ? 50 : uid)
      chmodSync(join(folder, name), mode)
    }
  })
  afterEach(() => rmSync(folder, {recursive: true, force: true}))
  const look = async (path: string, who = ANN): Promise<string | null> => {
    const seen = await lookAs(who, join(folder, path))
    return 'fault' in seen ? seen.fault : null
  }

  it('sees what the user may walk to, whatever root could', async () => {
    assert.equal(await look('open/in'), null)
    assert.deepEqual(await lookAs(ANN, join(folder, 'hers')), {uid: 1, mode: 0o700})
    assert.equal(await look('hers/in'), null)
    assert.match((await look('closed/in')) ?? '', /closed\/in is closed to the user/)
  })

  it('has all of his groups, and no others', async () => {
    assert.match((await look('groups/in')) ?? '', /closed to the user/)
    assert.equal(await look('groups/in', {...ANN, groups: [1, 50]}), null)
  })

  it('follows no link, and takes no file', async () => {
    symlinkSync(join(folder, 'open'), join(folder, 'link'))
    writeFileSync(join(folder, 'file'), '')
    assert.match((await look('link')) ?? '', /link is not a real folder/)
    assert.match((await look('file')) ?? '', /file is not a real folder/)
    assert.match((await look('nothing')) ?? '', /cannot be looked at \(ENOENT\)/)
  })

  describe('by a child', () => {
    const node = process.execPath
    afterEach(() => {
      process.execPath = node
    })
    const asProgram = (text: string): void => {
      process.execPath = join(folder, 'program')
      writeFileSync(process.execPath, `#!/bin/sh\n${text}\n`, {mode: 0o755})
    }

    it('T21: that never answers ends, and it is told of the path', async () => {
      asProgram('exec sleep 60')
      assert.deepEqual(await lookAs(ANN, '/silent', 100), {fault: '/silent does not answer for 0.1 s'})
    })

    it('that cannot be made says nothing of the path', async () => {
      process.execPath = join(folder, 'missing')
      await assert.rejects(lookAs(ANN, '/'), {code: 'ENOENT'})
    })
  })

  it('takes a path for nothing but a path', async () => {
    for (const path of ['-e', '--', '$(id)', "'; process.exit(0)"]) {
      mkdirSync(join(folder, path))
      assert.equal(await look(path), null, path)
    }
  })

  it('does not happen at all where he cannot be become', () => {
    const program = `import('${new URL('../../src/host/look-as.ts', import.meta.url).href}').then(async ({lookAs}) =>
      process.stdout.write(JSON.stringify(await lookAs({uid: 2, gid: 2, groups: [2], name: 'bob', home: '/'}, '/'))))`
    const ran = spawnSync(
      'setpriv',
      ['--reuid=1', '--regid=1', '--clear-groups', process.execPath, '--import', 'tsx', '-e', program],
      {
        encoding: 'utf8',
        cwd: new URL('../..', import.meta.url),
      },
    )
    assert.match(ran.stdout, /\/ cannot be looked at as uid 2/)
  })
})
