/** From the words of `god update` to what becomes other: amounts are read here, the rest is the site's to judge. */
import {GodError} from '../../core/errors.js'
import type {JobUpdate} from '../../core/request.js'
import {systemClock} from '../../host/clock.js'
import {localTime} from '../../host/local-time.js'
import {amount, beginOf, countedWanted, given} from '../submit/wish.js'

export interface UpdateFlags {
  readonly time: string | undefined
  readonly cpus: string | undefined
  readonly mem: string | undefined
  readonly resource: readonly string[] | undefined
  readonly priority: string | undefined
  readonly nice: string | undefined
  readonly begin: string | undefined
  readonly rename: string | undefined
}

export const updateOf = (flags: UpdateFlags): JobUpdate => {
  const set = given<JobUpdate>({
    walltime: amount(flags.time, 'time'),
    cpus: amount(flags.cpus, 'cpus'),
    memory: amount(flags.mem, 'mem'),
    counted: countedWanted(flags.resource),
    priority: amount(flags.priority, 'priority'),
    nice: amount(flags.nice, 'nice'),
    begin: flags.begin === undefined ? undefined : beginOf(flags.begin, localTime(systemClock.now())),
    name: flags.rename,
  })
  if (Object.keys(set).length > 0) return set
  throw new GodError(
    'E_USAGE',
    'nothing is to be changed',
    'Give --time, --cpus, --mem, --resource, --priority, --nice, --begin or --rename.',
  )
}
