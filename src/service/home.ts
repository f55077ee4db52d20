/**
 * The home directory as a bind mount: only where no user could swap a part of its path for a link
 * (docker.md 5.2, rule A): every component a real folder, owned by root and closed to others' writing;
 * only the last one may be the user's own. Anything else: the job runs without its home.
 */
import {join} from 'node:path'
import type {Account} from '@god-cli/api'
import {errno, type FileSystem, type Stat} from '../store/disk/file-system.js'

const safeParent = (stat: Stat): boolean =>
  stat.kind === 'folder' && stat.uid === 0 && (stat.mode & 0o022) === 0

export const mountableHome = (fs: FileSystem, account: Account): string | null => {
  const parts = account.home.split('/').filter(part => part !== '')
  if (!account.home.startsWith('/') || parts.length < 2 || parts.includes('..') || parts.includes('.'))
    return null
  try {
    let path = '/'
    for (const part of parts.slice(0, -1)) {
      path = join(path, part)
      if (!safeParent(fs.lstat(path))) return null
    }
    const last = fs.lstat(account.home)
    return last.kind === 'folder' && last.uid === account.uid && account.uid !== 0 ? account.home : null
  } catch (error) {
    if (errno(error) !== null) return null
    throw error
  }
}
