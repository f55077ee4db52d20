/** What a user should know of a site before he relies on it: told aside by `stat` and `submit`, never an error. */
import {hasConfigFile} from '../host/config.js'
import {haltReason} from '../store/halt.js'
import type {Site} from './site.js'

export const missingConfig = (file: string): string =>
  `${file} is not there: the defaults are in force, also for what it set`

export const siteRemarks = ({durable: {fs}, layout, located}: Site): readonly string[] => {
  const why = haltReason(fs, layout)
  return [
    ...(why === null ? [] : [`HALT is set: ${why}; nothing starts until an operator removes ${layout.halt}`]),
    ...(hasConfigFile(located) ? [] : [missingConfig(located.config)]),
  ]
}
