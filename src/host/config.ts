/**
 * The effective configuration: the file, then `GOD_*` variables above it (design section 6), checked as a whole.
 */
import {type Assignment, type Configuration, parseSettings, SETTINGS} from '../core/settings/settings.js'
import {parseAssignments, readConfigText} from './config-file.js'
import {godVariables, hostNodeName, variable} from './environment.js'
import type {Located} from './shared-dir.js'

/** These name the directory and are no override. */
const NOT_OVERRIDES = new Set(['shared_dir'])

const overrides = (): readonly Assignment[] =>
  godVariables(Object.keys(SETTINGS).filter(key => !NOT_OVERRIDES.has(key))).map(({key, name, value}) => ({
    key,
    value,
    origin: name,
  }))

const dockerHost = (): readonly Assignment[] => {
  const value = variable('DOCKER_HOST')
  return value === null ? [] : [{key: 'docker_url', value, origin: 'DOCKER_HOST'}]
}

/** A directory without a `go-d.ini` has the defaults. */
export const readConfiguration = (located: Pick<Located, 'config'>): Configuration => {
  const text = readConfigText(located.config)
  const written = text === null ? [] : parseAssignments(located.config, text)
  return parseSettings([...dockerHost(), ...written, ...overrides()])
}

/** False: the defaults are all there is. */
export const hasConfigFile = ({config}: Pick<Located, 'config'>): boolean => readConfigText(config) !== null

export const nodeName = ({settings}: Configuration): string => settings.node_name || hostNodeName()
