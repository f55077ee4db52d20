/**
 * The commands that there are. God's own are known without a look at anybody's plugins: these cannot slow them down,
 * break them, stand in for them, or hook into them. Plugins are looked at where a word is none of ours, and by the
 * help; one that is damaged is told of in a line.
 */
import {Config} from '@oclif/core'
import {neutralise} from '../core/text.js'
import {callerUid} from '../host/environment.js'
import {systemPlace, userPlace} from '../host/plugin-places.js'
import {installedIn} from '../plugin/installed.js'
import {ownPlaceFault, trustedNames} from '../plugin/offer.js'
import {wantsPlugins} from './version.js'

export type LoadOptions = Exclude<ConstructorParameters<typeof Config>[0], string | undefined>

const firstWords = (config: Config): ReadonlySet<string> =>
  new Set(config.commandIDs.flatMap(id => id.split(':')[0] ?? []))

/** Inspecting a plugin is oclif's own command, which finds those alone that are loaded. */
const LOOKS_AT_PLUGINS = ['plugins inspect']

const isOurs = (words: readonly string[], config: Config): boolean => {
  const [first = 'help', second = ''] = words
  if (wantsPlugins(words)) return false
  if (LOOKS_AT_PLUGINS.includes(`${first} ${second}`)) return false
  if (first === 'help') return firstWords(config).has(second) && second !== 'help'
  return firstWords(config).has(first) || ['-V', '--version'].includes(first)
}

/** What oclif and node would print with its stack. */
const quietly = async <T>(act: () => Promise<T>): Promise<[T, readonly string[]]> => {
  const {emitWarning} = process
  const said: string[] = []
  process.emitWarning = (warning: string | Error) => {
    said.push(firstLine(warning instanceof Error ? warning.message : warning))
  }
  try {
    return [await act(), said]
  } finally {
    process.emitWarning = emitWarning
  }
}

const isForeign = ({type, root}: {type?: string; root: string}, own: Config): boolean =>
  type === 'user' || type === 'link' || ![...own.plugins.values()].some(plugin => plugin.root === root)

/** Hooks of a plugin run with its own commands only. */
const disarm = (config: Config, own: Config, word: string): void => {
  for (const plugin of config.plugins.values()) {
    const runsNow = plugin.commands.some(({id}) => id.split(':')[0] === word)
    if (isForeign(plugin, own) && !runsNow) plugin.hooks = {}
  }
}

/** First words that oclif's own plugins answer, or add to. */
const SHARED = ['help', 'plugins']

/** Where the first word is a command of ours alone, nobody's plugin is looked at, not even oclif's: that takes time. */
const loadOurs = async (first: string, {pjson, ...load}: LoadOptions): Promise<Config | null> => {
  if (pjson === undefined || first.startsWith('-') || SHARED.includes(first)) return null
  const alone = {...pjson, oclif: {...pjson.oclif, plugins: []}}
  const config = await Config.load({...load, pjson: alone, userPlugins: false})
  return firstWords(config).has(first) ? config : null
}

const tell = (line: string): void => {
  process.stderr.write(`${neutralise(`god: ${line}. See 'god plugins'.`)}\n`)
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''

/** With the commands of others, as far as they can be loaded. */
const withPlugins = async (words: readonly string[], load: LoadOptions, own: Config): Promise<Config> => {
  try {
    const [config, said] = await quietly(() => Config.load(load))
    for (const line of said) tell(`a plugin is damaged: ${line}`)
    disarm(config, own, words[0] ?? '')
    return config
  } catch (error) {
    tell(`the plugins cannot be loaded: ${firstLine(error instanceof Error ? error.message : String(error))}`)
    return own
  }
}

/** Root with the home of somebody else runs nothing of his. */
const hasOwnPlugins = (): boolean => {
  const place = userPlace()
  const {plugins, faults} = installedIn(place)
  for (const fault of faults) tell(fault)
  const fault = ownPlaceFault(place, callerUid())
  if (fault !== null) tell(`the plugins in ${place} are left alone: ${fault}`)
  return plugins.length > 0 && fault === null
}

export const loadConfig = async (words: readonly string[], load: LoadOptions): Promise<Config> => {
  const ours = await loadOurs(words[0] ?? 'help', load)
  if (ours !== null) return ours
  const own = await Config.load({...load, userPlugins: false})
  if (isOurs(words, own)) return own
  const place = systemPlace()
  const names = trustedNames(place)
  const userPlugins = hasOwnPlugins()
  if (names.length === 0 && !userPlugins) return own
  const additions = names.length === 0 ? {} : {pluginAdditions: {core: [...names], path: place}}
  return withPlugins(words, {...load, ...additions, userPlugins}, own)
}
