/** The words of `god simulate`, read: each that cannot be is refused before any file is looked at. */
import {parseTime} from '../../core/amounts.js'
import {GodError} from '../../core/errors.js'
import type {Backfill, Placement} from '../../core/scheduling/rules.js'
import type {Estimates} from '../../core/simulate/predict.js'
import type {EventOrder} from '../../core/simulate/replay.js'
import {isSameFile, outputFault} from '../../host/user-output.js'

export interface SimulateFlags {
  readonly policy: string | undefined
  readonly 'policy-option': readonly string[] | undefined
  readonly backfill: Backfill | undefined
  readonly depth: number | undefined
  readonly placement: Placement | undefined
  readonly 'half-life': string | undefined
  readonly estimates: Estimates | undefined
  readonly 'event-order': EventOrder
  readonly 'missing-limit': 'drop' | 'run'
  readonly 'over-limit': 'cut' | 'run-through'
  readonly memory: 'ignore' | 'requested'
  readonly procs: number | undefined
  readonly nodes: string | undefined
  readonly shake: string | undefined
  readonly seed: number
  readonly csv: string | undefined
  readonly picture: string | undefined
  readonly live: boolean
  readonly job: string | undefined
  readonly cpus: string | undefined
  readonly mem: string | undefined
  readonly time: string | undefined
}

export const usage = (message: string, hint: string): GodError => new GodError('E_USAGE', message, hint)

const MOST_PROCESSORS = 1_000_000_000

/** Null: none was given. */
export const processorsGiven = ({procs, nodes}: SimulateFlags): number | null => {
  if (procs === undefined) return null
  if (nodes !== undefined)
    throw usage('--procs and --nodes both say how large the site is', 'Give one of them.')
  if (procs >= 1 && procs <= MOST_PROCESSORS) return procs
  throw usage(`--procs ${procs} is no size of a machine`, `Give 1 to ${MOST_PROCESSORS}.`)
}

/** Seconds. */
export const spanGiven = (flag: string, text: string): number => {
  const seconds = text === '0' ? 0 : parseTime(text)
  if (seconds !== null) return seconds
  throw new GodError('E_AMOUNT_BAD', `--${flag} '${text}' is no time`, 'Write 90s, 30 (minutes), 12h or 7d.')
}

/** Milliseconds. Null: none was given. */
export const halfLifeGiven = ({'half-life': text}: SimulateFlags): number | null => {
  if (text === undefined) return null
  const seconds = spanGiven('half-life', text)
  if (seconds > 0) return seconds * 1000
  throw usage('--half-life 0 would forget all usage at once', 'Write 7d, or 12h.')
}

/** `KEY=VALUE` of the policy. */
export const policyOptions = (words: readonly string[] = []): Readonly<Record<string, string>> =>
  Object.fromEntries(
    words.map(word => {
      const cut = word.indexOf('=')
      if (cut > 0) return [word.slice(0, cut), word.slice(cut + 1)]
      throw usage(`--policy-option '${word}' is no option`, 'Write KEY=VALUE.')
    }),
  )

/** How many blocked jobs hold a reservation. */
export const depthGiven = ({backfill, depth}: SimulateFlags): number | null => {
  if (depth === undefined) return null
  if (backfill !== undefined && backfill !== 'easy')
    throw usage(`--depth belongs to --backfill easy, and it is ${backfill}`, 'Leave one of them out.')
  if (depth >= 1 && depth <= 100_000) return depth
  throw usage(`--depth ${depth} is no number of reservations`, 'Give 1 to 100000.')
}

const OF_TRACES = ['csv', 'picture', 'procs', 'nodes', 'shake'] as const
const OF_THE_QUEUE = ['job', 'cpus', 'mem', 'time'] as const

/** A replay of a trace and a look at the queue of now take different words. Null: no trace is wanted. */
export const traceGiven = (flags: SimulateFlags, trace: string | undefined): string | null => {
  if (flags.live && trace !== undefined)
    throw usage(`--live looks at the present queue, and '${trace}' is a trace`, 'Give one of them.')
  if (!flags.live && trace === undefined)
    throw usage('there is nothing to replay', 'Give a trace, - for standard input, or --live.')
  const stray = (flags.live ? OF_TRACES : OF_THE_QUEUE).find(name => flags[name] !== undefined)
  if (stray !== undefined)
    throw usage(
      `--${stray} ${flags.live ? 'is of a trace, and not for' : 'belongs to'} --live`,
      'Leave it out.',
    )
  if (flags.memory === 'requested' && flags.nodes === undefined)
    throw usage('--memory requested needs nodes that have memory', 'Give them by --nodes FILE.')
  return trace ?? null
}

/** Told before a replay that may be long, not after it. `trace`: what is read. */
export const checkOutputs = (trace: string, {csv, picture, nodes}: SimulateFlags): void => {
  if (picture !== undefined && /\.(png|jpe?g|gif|pdf|webp)$/i.test(picture))
    throw usage(`${picture}: a picture is drawn as SVG`, 'Name a file that ends in .svg.')
  const taken = [trace, nodes].filter(path => path !== undefined)
  for (const path of [csv, picture]) {
    if (path === undefined) continue
    const isTaken = taken.some(other => isSameFile(path, other))
    const fault = isTaken ? 'it is read, or written, as something else' : outputFault(path)
    if (fault !== null) throw usage(`${path} cannot be written: ${fault}`, 'Name another file.')
    taken.push(path)
  }
}
