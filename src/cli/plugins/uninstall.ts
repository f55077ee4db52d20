/** `god plugins uninstall` and `update`. */
import type {Config} from '@oclif/core'
import type {InstallChoice} from './install.js'
import {npmRun} from './npm-run.js'

export const uninstallPlugins = async (
  config: Config,
  names: readonly string[],
  {place, scripts, json}: InstallChoice,
): Promise<void> => {
  const run = {id: 'plugins:uninstall', place: place.path, scripts, json}
  for (const name of names) await npmRun(config, {...run, args: [name], what: `uninstall ${name}`})
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
