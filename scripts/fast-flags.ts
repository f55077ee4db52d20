/**
 * What the functions behind the short ways know of: the compiler holds these lists to their types. A flag that a command
 * handles by itself, before it calls its function, is on none of them, so words with it are declined. False: it makes the
 * command go on for long, which gains nothing by a quick start.
 */
import type {StatFlags} from '../src/cli/stat/command.js'
import type {SubmitWords} from '../src/cli/submit/command.js'

const STAT: Readonly<Record<keyof StatFlags, boolean>> = {
  dir: true,
  json: true,
  color: true,
  'no-color': true,
  user: true,
  name: true,
  states: true,
  label: true,
  queue: true,
  all: true,
  job: true,
  columns: true,
  format: true,
  sort: true,
  long: true,
  limit: true,
  watch: false,
  quiet: true,
  since: true,
  header: true,
}

const SUBMIT: Readonly<Record<keyof SubmitWords, boolean>> = {
  dir: true,
  json: true,
  color: true,
  'no-color': true,
  name: true,
  image: true,
  cpus: true,
  mem: true,
  gpus: true,
  resource: true,
  time: true,
  output: true,
  error: true,
  workdir: true,
  env: true,
  label: true,
  volume: true,
  project: true,
  root: true,
  queue: true,
  constraint: true,
  hold: true,
  begin: true,
  nice: true,
  priority: true,
  array: true,
  depend: false,
  retry: true,
  key: true,
  cron: true,
  overlap: true,
  wait: false,
  'dry-run': true,
  parsable: true,
}

const yes = (flags: Readonly<Record<string, boolean>>): ReadonlySet<string> =>
  new Set(Object.keys(flags).filter(name => flags[name]))

export const FAST_FLAGS = {stat: yes(STAT), submit: yes(SUBMIT)} as const
