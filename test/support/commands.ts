/** The commands that there are, as a user writes them: by the files in `commands/`. */
import {readdirSync} from 'node:fs'
import {ROOT} from './god.js'

export const COMMANDS: readonly string[] = readdirSync(`${ROOT}commands`, {recursive: true, encoding: 'utf8'})
  .filter(path => path.endsWith('.ts'))
  .map(path => path.replace(/(\/index)?\.ts$/, '').replaceAll('/', ' '))
  .sort()
