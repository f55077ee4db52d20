/**
 * All plugins that can be found from here: built in, installed for the host, installed by the caller. What is damaged
 * is listed with its fault and stands in nobody's way.
 */
import {resolve} from 'node:path'
import {GodError} from '../core/errors.js'
import {type InstalledPlugin, installedIn} from './installed.js'
import {type Manifest, readManifest} from './manifest.js'
import {type Level, misfit, type Provider, providersIn} from './resolver.js'
import {distrustOf, SYSTEM_RULE, type TrustRule, userRule} from './trust.js'

export interface Places {
  /** God's own package. */
  readonly root: string
  readonly system: string
  readonly user: string
  readonly uid: number
}

export interface Plugin {
  readonly name: string
  readonly version: string
  readonly level: Level
  readonly folder: string
  readonly linked: boolean
  readonly providers: readonly Provider[]
  /** Why nothing of it can be used; null = it can. */
  readonly fault: string | null
}

export interface Offer {
  readonly plugins: readonly Plugin[]
  /** In the order in which they are preferred. */
  readonly providers: readonly Provider[]
  /** What is wrong with the lists of plugins themselves. */
  readonly faults: readonly string[]
}

const builtinPlugins = (root: string): readonly Plugin[] =>
  readManifest(root).plugins.map(folder => {
    const manifest = readManifest(folder)
    const providers = providersIn(manifest, 'builtin', () => null)
    return {...described(manifest, folder, 'builtin', false), providers, fault: null}
  })

const described = (
  {name, version}: Manifest,
  folder: string,
  level: Level,
  linked: boolean,
): Pick<Plugin, 'name' | 'version' | 'folder' | 'level' | 'linked'> => ({
  name,
  version,
  folder,
  level,
  linked,
})

interface Place {
  readonly path: string
  readonly level: Exclude<Level, 'builtin'>
  readonly rule: TrustRule
}

const readPlugin = ({path, level, rule}: Place, {name, folder, linked}: InstalledPlugin): Plugin => {
  try {
    const manifest = readManifest(folder)
    // Root's place holds no links: they lead out of it, and whoever owns their end would decide.
    const base = linked && level === 'user' ? folder : path
    const list = distrustOf(path, path, [], rule)
    const providers = providersIn(
      manifest,
      level,
      ({entry, options}) =>
        list ?? distrustOf(base, folder, options === null ? [entry] : [entry, options], rule),
    )
    const fault = misfit({...manifest, plugin: name})
    return {...described(manifest, folder, level, linked), name, providers, fault}
  } catch (error) {
    if (!(error instanceof GodError)) throw error
    return {name, version: '', level, folder, linked, providers: [], fault: error.message}
  }
}

const placesOf = ({system, user, uid}: Places): readonly Place[] => {
  const forAll: Place = {path: system, level: 'system', rule: SYSTEM_RULE}
  const own: Place = {path: user, level: 'user', rule: userRule(uid)}
  return resolve(system) === resolve(user) ? [forAll] : [forAll, own]
}

/** Throws only where god's own package is damaged. */
export const offerOf = (places: Places): Offer => {
  const found = placesOf(places).map(place => {
    const {plugins, faults} = installedIn(place.path)
    return {plugins: plugins.map(plugin => readPlugin(place, plugin)), faults}
  })
  const plugins = [...builtinPlugins(places.root), ...found.flatMap(one => one.plugins)]
  return {
    plugins,
    providers: plugins.flatMap(plugin => plugin.providers),
    faults: found.flatMap(one => one.faults),
  }
}

/** Null: the commands of what is installed there may be loaded by this user. A folder that is not there is no danger. */
export const ownPlaceFault = (place: string, uid: number): string | null =>
  installedIn(place).plugins.length === 0 ? null : distrustOf(place, place, [], userRule(uid))

/** Plugins of the host whose commands everybody may run: nobody but root had a hand in them. */
export const trustedNames = (place: string): readonly string[] => {
  const {plugins} = installedIn(place)
  if (plugins.length === 0 || distrustOf(place, place, [], SYSTEM_RULE) !== null) return []
  return plugins
    .filter(({folder, linked}) => !linked && distrustOf(place, folder, [], SYSTEM_RULE) === null)
    .map(({name}) => name)
}
