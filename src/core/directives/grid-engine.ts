/** `#$`: what of Grid Engine's qsub(1) means something here. Pure. */
import {type Answer, bad, type Dialect, ignored, NO_MEANING, type Reader, set, setCounted} from './foreign.js'
import {after, clock, count, folder, memory, parts, qsubPath, text, variables} from './values.js'

/** Slots of any environment: a job runs on one node anyway. */
const slots: Reader = value => {
  const words = value.split(/\s+/)
  const [, wanted = ''] = words
  if (words.length !== 2) return bad('-pe has a name and a number: -pe smp 4')
  return count('tasks')(/^\d+-\d*$/.test(wanted) ? wanted.replace(/-.*/, '') : wanted)
}

const RESOURCES: Readonly<Record<string, Reader>> = {
  h_rt: clock,
  h_vmem: memory('memPerCpu', 'b'),
  mem_free: memory('memPerCpu', 'b'),
  gpu: count('gpus'),
}

/** What a site calls its complexes it may count here as well. */
const unknown = (part: string): Answer => {
  const [, name = '', amount = ''] = /^([A-Za-z0-9][\w-]{0,31})=(\d{1,9})$/.exec(part) ?? []
  return name === '' ? ignored(NO_MEANING, `-l ${part}`) : setCounted(name, amount, `-l ${part}`)
}

const limitOf: Reader = value =>
  /^\d{1,7}$/.test(value) && value !== '0'
    ? set('arrayLimit', value)
    : bad(`'${value}' is no number of tasks`)

const merge: Reader = value => (/^y(es)?$/i.test(value) ? set('merge', true) : [])

export const GRID_ENGINE: Dialect = {
  // Any other comment that begins so is one.
  prefix: /^#\$\s*(?=-[A-Za-z])/,
  table: {
    '-N': text('name'),
    '-pe': slots,
    '-l': value => parts(value, ',', RESOURCES, unknown),
    '-t': text('array'),
    '-tc': limitOf,
    '-o': qsubPath('output'),
    '-e': qsubPath('error'),
    '-j': merge,
    '-wd': folder,
    '-h': {alone: set('hold', true)},
    '-v': variables([]),
    '-q': text('queue'),
    '-hold_jid': after,
  },
  attached: () => null,
}
