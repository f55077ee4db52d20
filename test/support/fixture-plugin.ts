/** The plugin of a third party in `test/fixtures`, as its folder and as the tarball that `npm pack` makes of it. */
import {execFileSync} from 'node:child_process'
import {cpSync} from 'node:fs'
import {join} from 'node:path'
import {ROOT} from './god.js'

export const SHORTEST = 'god-scheduler-shortest'
export const TARBALL = `${SHORTEST}-1.0.0.tgz`

/** A copy below `folder`; its path. */
export const copyPlugin = (folder: string, name = SHORTEST): string => {
  const to = join(folder, name)
  cpSync(join(ROOT, 'test/fixtures', name), to, {recursive: true})
  return to
}

/** The tarball below `folder`; its path. */
export const packPlugin = (folder: string, from = join(ROOT, 'test/fixtures', SHORTEST)): string => {
  const name = execFileSync('npm', ['pack', '--silent', from], {cwd: folder, encoding: 'utf8'}).trim()
  return join(folder, name)
}
