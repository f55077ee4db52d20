/** The plugin of a third party in `test/fixtures`, as its folder and as the tarball that `npm pack` makes of it. */
import {execFileSync} from 'node:child_process'
import {copyFileSync, cpSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {ROOT} from './god.js'

export const SHORTEST = 'god-scheduler-shortest'
export const TARBALL = `${SHORTEST}-1.0.0.tgz`

/** A copy below `folder`; its path. */
export const copyPlugin = (folder: string, name = SHORTEST): string => {
  const to = join(folder, name)
  cpSync(join(ROOT, 'test/fixtures', name), to, {recursive: true})
  return to
}

const pack = (folder: string, from: string): string =>
  join(folder, execFileSync('npm', ['pack', '--silent', from], {cwd: folder, encoding: 'utf8'}).trim())

/** npm packs it once for all tests of a process. */
let packed: string | null = null
after(() => {
  if (packed !== null) rmSync(dirname(packed), {recursive: true, force: true})
})

/** The tarball below `folder`; its path. `from`: of another plugin. */
export const packPlugin = (folder: string, from?: string): string => {
  if (from !== undefined) return pack(folder, from)
  packed ??= pack(mkdtempSync(join(tmpdir(), 'god-pack-')), join(ROOT, 'test/fixtures', SHORTEST))
  const to = join(folder, TARBALL)
  copyFileSync(packed, to)
  return to
}
