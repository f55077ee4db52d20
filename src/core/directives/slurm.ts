/** `#SBATCH`: what of sbatch(1) means something here. Pure. */
import {
  type Answer,
  bad,
  type Dialect,
  ignored,
  NO_MEANING,
  ONE_NODE,
  type Reader,
  set,
  setCounted,
} from './foreign.js'
import {count, folder, limit, memory, slurmPath, text, variables} from './values.js'

const nodes: Reader = value => {
  if (/^1(-1)?$/.test(value)) return []
  return /^\d+(-\d+)?$/.test(value) ? ignored(ONE_NODE) : bad(`'${value}' is no number of nodes`)
}

/** `fpga:2`, `fpga:kind:2`; of licences `matlab:2`, and of older scripts `matlab*2`. */
const counted = (option: string, part: string): Answer => {
  const match = /^([A-Za-z0-9][\w-]{0,31})(?::[A-Za-z][\w.-]*)??(?:[:=*](\d{1,9}))?$/.exec(part)
  const told = `${option} ${part}`
  return match === null ? ignored(NO_MEANING, told) : setCounted(match[1] ?? '', match[2] ?? '1', told)
}

/** `gpu:2`, `gpu:a100:2`. */
const gresPart = (part: string): Answer => {
  const match = /^gpu(?::[\w.-]+)??(?::(\d{1,4}))?$/.exec(part)
  return match === null ? counted('--gres', part) : set('gpus', match[1] ?? '1')
}

const listed =
  (read: (part: string) => Answer): Reader =>
  value =>
    value.split(',').map(read)

/** `2`, `a100:2`. */
const gpus: Reader = value => {
  const match = /^(?:[A-Za-z][\w.-]*:)?(\d{1,4})$/.exec(value)
  return match === null ? bad(`'${value}' is no number of gpus`) : set('gpus', match[1] ?? '1')
}

const LONG: Dialect['table'] = {
  '--job-name': text('name'),
  '--time': limit,
  '--cpus-per-task': count('cpusPerTask'),
  '--ntasks': count('tasks'),
  '--ntasks-per-node': count('tasks'),
  '--nodes': nodes,
  '--mem': memory('mem', 'm'),
  '--mem-per-cpu': memory('memPerCpu', 'm'),
  '--array': text('array'),
  '--output': slurmPath('output'),
  '--error': slurmPath('error'),
  '--chdir': folder,
  '--hold': {alone: set('hold', true)},
  '--export': variables(['ALL', 'NONE', 'NIL']),
  '--partition': text('queue'),
  '--dependency': text('depend'),
  '--begin': text('begin'),
  '--nice': {alone: set('nice', '100'), with: text('nice')},
  '--gpus': gpus,
  '--gpus-per-node': gpus,
  '--gres': listed(gresPart),
  '--licenses': listed(part => counted('--licenses', part)),
}

const SHORT: Readonly<Record<string, string>> = {
  '-J': '--job-name',
  '-t': '--time',
  '-c': '--cpus-per-task',
  '-n': '--ntasks',
  '-N': '--nodes',
  '-a': '--array',
  '-o': '--output',
  '-e': '--error',
  '-D': '--chdir',
  '-H': '--hold',
  '-p': '--partition',
  '-d': '--dependency',
  '-b': '--begin',
  '-G': '--gpus',
  '-L': '--licenses',
}

export const SLURM: Dialect = {
  prefix: /^#SBATCH\s+/,
  table: {
    ...LONG,
    ...Object.fromEntries(
      Object.entries(SHORT).flatMap(([short, long]) => {
        const reader = LONG[long]
        return reader === undefined ? [] : [[short, reader] as const]
      }),
    ),
  },
  attached: word => {
    const cut = word.startsWith('--') ? word.indexOf('=') : 2
    if (cut < 0 || cut >= word.length) return null
    return [word.slice(0, cut), word.slice(word.startsWith('--') ? cut + 1 : cut)]
  },
}
