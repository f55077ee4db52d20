/** `god config`: the effective configuration, and where each setting comes from. */

import {GodError} from '../core/errors.js'
import {EXIT} from '../core/exit.js'
import {
  type Configuration,
  isSettingKey,
  SETTINGS,
  type SettingKey,
  showSetting,
} from '../core/settings/settings.js'
import {nearest} from '../core/text.js'
import {hasConfigFile, readConfiguration} from '../host/config.js'
import {type Located, locate} from '../host/shared-dir.js'
import {faultsOfNamed} from '../plugin/named.js'
import {SCHEMA} from './jobs/job-json.js'
import {currentOffer} from './offer.js'
import {missingConfig} from './remarks.js'
import type {Column} from './screen/table.js'

export interface ConfigRow {
  readonly key: string
  readonly value: string
  readonly origin: string
  readonly purpose: string
}

export interface ConfigView {
  readonly located: Located
  /** For `stderr`: which directory, and what is odd about its file. */
  readonly remarks: readonly string[]
  readonly rows: readonly ConfigRow[]
  /** What is wrong with the plugins that it names. */
  readonly faults: readonly GodError[]
}

const rowOf = (configuration: Configuration, key: SettingKey): ConfigRow => ({
  key,
  value: showSetting(configuration.settings, key),
  origin: configuration.origins.get(key) ?? 'default',
  purpose: SETTINGS[key].purpose,
})

const optionRows = ({options, origins}: Configuration): readonly ConfigRow[] =>
  [...options].flatMap(([id, values]) =>
    Object.entries(values).map(([key, value]) => ({
      key: `plugin.${id}.${key}`,
      value,
      origin: origins.get(`plugin.${id}.${key}`) ?? '',
      purpose: `option of the plugin ${id}`,
    })),
  )

const sectionRows = ({sectionLines, origins}: Configuration): readonly ConfigRow[] =>
  [...sectionLines].map(([key, value]) => ({
    key,
    value,
    origin: origins.get(key) ?? '',
    purpose: 'of a section',
  }))

const remarksOn = (located: Located): readonly string[] => [
  `${located.root} (named by ${located.by})`,
  ...(hasConfigFile(located) ? [] : [missingConfig(located.config)]),
]

const checkKey = (key: string): SettingKey => {
  if (isSettingKey(key)) return key
  const near = nearest(key, Object.keys(SETTINGS))
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : "See 'god config'."
  throw new GodError('E_USAGE', `there is no setting '${key}'`, hint)
}

export const viewConfig = async (dir: string | undefined, key: string | undefined): Promise<ConfigView> => {
  const located = locate(dir)
  const configuration = readConfiguration(located)
  if (key !== undefined)
    return {
      located,
      remarks: remarksOn(located).slice(1),
      rows: [rowOf(configuration, checkKey(key))],
      faults: [],
    }
  const keys = Object.keys(SETTINGS).filter(isSettingKey)
  return {
    located,
    remarks: remarksOn(located),
    rows: [
      ...keys.map(name => rowOf(configuration, name)),
      ...optionRows(configuration),
      ...sectionRows(configuration),
    ],
    faults: await faultsOfNamed(currentOffer().providers, configuration),
  }
}

export const configJson = ({located, rows, faults}: ConfigView): object => ({
  schema: SCHEMA,
  dir: located.root,
  dirOrigin: located.by,
  file: located.config,
  settings: Object.fromEntries(rows.map(({key, value, origin}) => [key, {value, origin}])),
  errors: faults.map(({code, message, hint}) => ({code, message, hint})),
})

export const configExit = ({faults}: ConfigView): number => (faults.length > 0 ? EXIT.failed : EXIT.ok)

export const CONFIG_COLUMNS: readonly Column<ConfigRow>[] = [
  {title: 'SETTING', value: row => row.key},
  {title: 'VALUE', value: row => row.value, shrink: true},
  {title: 'FROM', value: row => row.origin, shrink: true},
]
