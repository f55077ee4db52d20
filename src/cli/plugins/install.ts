/** `god plugins install` and `link`: what is put where, and what it contributes. */
import type {Config} from '@oclif/core'
import {GodError} from '../../core/errors.js'
import {existingPath} from '../../host/user-file.js'
import {type InstalledPlugin, installedIn} from '../../plugin/installed.js'
import {forgetStrays} from '../../plugin/strays.js'
import {currentOffer} from '../offer.js'
import {npmRun} from './npm-run.js'
import type {Place} from './place.js'
import {faultsOf, type PluginView, viewPlugins} from './plugin-view.js'
import {type Tried, tryEach} from './tried.js'

const LIKE_A_PATH = /^[./~]|\.(tgz|tar\.gz)$/

/** What is here is packed anew; oclif would take any word with a slash for a repository on GitHub. */
export const specOf = (word: string): string => {
  if (word === '')
    throw new GodError(
      'E_PLUGIN_FAILED',
      'an empty word names no plugin',
      'Name a package, tarball or folder.',
    )
  if (word.includes(':')) return word
  const path = word.includes('/') || LIKE_A_PATH.test(word) ? existingPath(word) : null
  if (path !== null) return `pack:${path}`
  if (!LIKE_A_PATH.test(word)) return word
  throw new GodError(
    'E_PLUGIN_FAILED',
    `there is no file or folder ${word}`,
    'Name a package, tarball or folder.',
  )
}

const nameIn = (spec: string): string => spec.replace(/(?<!^)@.*$/, '')

/** What that place says is installed now, with what it provides. */
const viewsOf = (
  {path, level}: Place,
  wanted: (plugin: InstalledPlugin) => boolean,
): readonly PluginView[] => {
  const names = installedIn(path)
    .plugins.filter(wanted)
    .map(({name}) => name)
  return viewPlugins(currentOffer()).filter(
    ({plugin}) => plugin.level === level && names.includes(plugin.name),
  )
}

/** What is there but cannot serve is a failure: nobody installs a plugin to have it lie there. */
const serviceable = (views: readonly PluginView[]): readonly PluginView[] => {
  const broken = views.find(({plugin}) => plugin.fault !== null)
  if (broken === undefined) return views
  const {name, fault} = broken.plugin
  throw new GodError(
    'E_PROVIDER_BAD',
    `${name} is installed but cannot be used: ${fault}`,
    `Install another version, or remove it: god plugins uninstall ${name}`,
  )
}

export interface InstallChoice {
  readonly place: Place
  readonly scripts: boolean
  readonly json: boolean
}

const installOne = async (
  config: Config,
  word: string,
  {place, scripts, json}: InstallChoice,
): Promise<readonly PluginView[]> => {
  const what = `install ${word}`
  const run = {id: 'plugins:install', place: place.path, scripts, json, what}
  try {
    const installed = await npmRun(config, {...run, args: [specOf(word)]})
    const names = installed.map(nameIn)
    return serviceable(
      viewsOf(place, ({name, url}) => names.includes(name) || (url !== null && installed.includes(url))),
    )
  } catch (error) {
    forgetStrays(place.path)
    throw error
  }
}

export const installPlugins = (
  config: Config,
  words: readonly string[],
  choice: InstallChoice,
): Promise<Tried<PluginView>> => tryEach(words, word => installOne(config, word, choice))

export const linkPlugin = async (
  config: Config,
  folder: string,
  install: boolean,
  {place, scripts, json}: InstallChoice,
): Promise<readonly PluginView[]> => {
  const path = existingPath(folder)
  if (path === null) throw new GodError('E_PLUGIN_FAILED', `there is no folder ${folder}`)
  const args = [path, install ? '--install' : '--no-install']
  await npmRun(config, {id: 'plugins:link', args, what: `link ${path}`, place: place.path, scripts, json})
  return serviceable(viewsOf(place, plugin => plugin.linked && existingPath(plugin.folder) === path))
}

/** One line for each: its name, version and contributions; then what keeps them from serving. */
export const installedLines = (
  verb: string,
  views: readonly PluginView[],
): {readonly lines: readonly string[]; readonly notes: readonly string[]} => ({
  lines: views.map(({plugin, providers}) => {
    const provided = providers.map(({provider: {kind, id}}) => `${kind} ${id}`).join(', ')
    return `${verb} ${plugin.name} ${plugin.version}: ${provided || 'provides nothing to services'}`
  }),
  notes: faultsOf(views),
})
