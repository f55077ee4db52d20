/** `#PBS`: what of qsub of OpenPBS and Torque means something here. Pure. */
import {type Answer, bad, type Dialect, ignored, NO_MEANING, ONE_NODE, type Reader, set} from './foreign.js'
import {clock, count, folder, memory, parts, qsubPath, text, variables} from './values.js'

const part = (value: string, table: Readonly<Record<string, Reader>>, of: string): readonly Answer[] =>
  parts(value, ':', table, each => ignored(NO_MEANING, `-l ${of}:${each}`))

/** `1:ncpus=4:mem=8gb`; a sum of chunks or several of them need not be on one node elsewhere. */
const chunk =
  (of: 'select' | 'nodes', table: Readonly<Record<string, Reader>>): Reader =>
  value => {
    const [, wanted = '', rest = ''] = /^(?:(\d{1,6})(?::|$))?(.*)$/.exec(value) ?? []
    if (value.includes('+') || (wanted !== '' && wanted !== '1'))
      return ignored(ONE_NODE, `-l ${of}=${value}`)
    if (wanted === '' && !/^[A-Za-z]/.test(rest)) return bad(`'${value}' is no ${of}`)
    return part(rest, table, of)
  }

const SELECT: Readonly<Record<string, Reader>> = {
  ncpus: count('cpusPerTask'),
  mem: memory('mem', 'b'),
  ngpus: count('gpus'),
  mpiprocs: () => [],
  ompthreads: () => [],
}

const NODES: Readonly<Record<string, Reader>> = {ppn: count('cpusPerTask'), gpus: count('gpus')}

const RESOURCES: Readonly<Record<string, Reader>> = {
  walltime: clock,
  mem: memory('mem', 'b'),
  pmem: memory('memPerCpu', 'b'),
  ncpus: count('cpusPerTask'),
  ngpus: count('gpus'),
  select: chunk('select', SELECT),
  nodes: chunk('nodes', NODES),
}

const ATTRIBUTES: Readonly<Record<string, Reader>> = {depend: text('depend')}

const merge: Reader = value => {
  if (value === 'oe') return set('merge', true)
  return value === 'n' ? [] : ignored(NO_MEANING)
}

export const PBS: Dialect = {
  prefix: /^#PBS\s+/,
  table: {
    '-N': text('name'),
    '-l': value => parts(value, ',', RESOURCES, each => ignored(NO_MEANING, `-l ${each}`)),
    '-J': text('array'),
    '-t': text('array'),
    '-o': qsubPath('output'),
    '-e': qsubPath('error'),
    '-j': merge,
    '-d': folder,
    '-w': folder,
    '-h': {alone: set('hold', true)},
    '-v': variables([]),
    '-q': text('queue'),
    '-p': text('priority'),
    '-W': value => parts(value, ',', ATTRIBUTES, each => ignored(NO_MEANING, `-W ${each}`)),
  },
  attached: word => (word.length > 2 ? [word.slice(0, 2), word.slice(2)] : null),
}
