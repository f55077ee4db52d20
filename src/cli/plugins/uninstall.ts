/** `god plugins uninstall` and `update`. */
import type {Config} from '@oclif/core'
import type {InstallChoice} from './install.js'
import {npmRun} from './npm-run.js'
import {type Tried, tryEach} from './tried.js'

/** Names of what is gone. */
export const uninstallPlugins = (
  config: Config,
  names: readonly string[],
  {place, scripts, json}: InstallChoice,
): Promise<Tried<string>> => {
  const run = {id: 'plugins:uninstall', place: place.path, scripts, json}
  return tryEach(names, async name => {
    await npmRun(config, {...run, args: [name], what: `uninstall ${name}`})
    return [name]
  })
}

export const updatePlugins = async (config: Config, {place, scripts, json}: InstallChoice): Promise<void> => {
  await npmRun(config, {
    id: 'plugins:update',
    args: [],
    what: 'update the plugins',
    place: place.path,
    scripts,
    json,
  })
}
