/** Where plugins are installed: the caller's own, as oclif keeps them, and those of the whole host. */
import {homedir} from 'node:os'
import {join, resolve} from 'node:path'
import {homeFolder, variable} from './environment.js'

const SYSTEM_PLACE = '/usr/local/lib/god'

const home = (): string => {
  try {
    return homeFolder() ?? homedir()
  } catch {
    // No account and no HOME.
    return '/'
  }
}

/** `GOD_DATA_DIR`, else `XDG_DATA_HOME/god`, else `~/.local/share/god`. */
export const userPlace = (): string =>
  resolve(
    variable('GOD_DATA_DIR') ?? join(variable('XDG_DATA_HOME') ?? join(home(), '.local', 'share'), 'god'),
  )

/** `GOD_SYSTEM_PLUGINS`: for trials; whoever sets it decides for his own processes alone. */
export const systemPlace = (): string => resolve(variable('GOD_SYSTEM_PLUGINS') ?? SYSTEM_PLACE)
