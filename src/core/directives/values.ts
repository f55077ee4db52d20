/** Values as other batch systems write them, in the words of `god submit`. Pure. */
import {type Answer, bad, type Field, ignored, type Reader, set} from './foreign.js'

export const text =
  (field: Field): Reader =>
  value =>
    set(field, value)

export const count =
  (field: Field): Reader =>
  value =>
    /^[1-9]\d{0,5}$/.test(value) ? set(field, value) : bad(`'${value}' is no number from 1 on`)

/** Bytes; `m` and `mb` alike are powers of 1024. `bare`: the unit of a number without one. */
const bytesOf = (value: string, bare: string): number | null => {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)([kmgt]?)(?:i?[bw])?$/i.exec(value)
  if (match === null) return null
  const hasUnit = /[a-z]/i.test(value)
  const power = 'bkmgt'.indexOf((match[2] || (hasUnit ? 'b' : bare)).toLowerCase())
  const word = /w$/i.test(value) ? 8 : 1
  return Math.round(Number(match[1]) * 1024 ** power * word)
}

export const memory =
  (field: Field, bare: 'b' | 'm'): Reader =>
  value => {
    const bytes = bytesOf(value, bare)
    if (bytes === null) return bad(`'${value}' is no amount of memory`)
    return bytes === 0 ? ignored('all memory of a node cannot be asked for') : set(field, `${bytes}B`)
  }

const isEndless = (value: string): boolean => /^(unlimited|infinite|infinity|-1)$/i.test(value)

const NO_LIMIT = 'without it the site decides'

/** As sbatch reads it, which is as god does; 0 is none. */
export const limit: Reader = value =>
  isEndless(value) || value === '0' ? ignored(NO_LIMIT) : set('time', value)

/** A bare number is seconds. */
export const clock: Reader = value => {
  if (isEndless(value)) return ignored(NO_LIMIT)
  return set('time', /^\d{1,9}$/.test(value) ? `${value}s` : value)
}

/** Variables between commas, as `-v` of qsub has them. */
export const variables =
  (words: readonly string[]): Reader =>
  value =>
    value
      .split(',')
      .filter(part => part !== '')
      .map(part =>
        words.includes(part) ? ignored('variables of yours are taken by name', part) : set('env', part),
      )

/** `names`: what stands for number, name and task there; what else is replaced there has no meaning here. */
const path =
  (
    field: 'output' | 'error',
    names: Readonly<Record<string, string>>,
    strange: RegExp,
    plain: RegExp,
  ): Reader =>
  value => {
    const file = value.replace(plain, '')
    if (/(^|\/)\.{0,2}$/.test(file)) return ignored('it names a folder, and a file is meant')
    // Split, so that what is put in is not looked at again.
    const parts = file.split(strange)
    const unknown = parts.find((part, i) => i % 2 === 1 && !Object.hasOwn(names, part))
    if (unknown !== undefined) return ignored(`'${unknown}' has no meaning here`)
    return set(field, parts.map((part, i) => (i % 2 === 1 ? (names[part] ?? '') : part)).join(''))
  }

export const slurmPath = (field: 'output' | 'error'): Reader =>
  path(field, {'%j': '%j', '%A': '%j', '%x': '%x', '%a': '%a'}, /(%\d*[A-Za-z%])/, /^$/)

const SHELL_NAMES = {
  $JOB_ID: '%j',
  $PBS_JOBID: '%j',
  $JOB_NAME: '%x',
  $PBS_JOBNAME: '%x',
  $TASK_ID: '%a',
  $SGE_TASK_ID: '%a',
  $PBS_ARRAY_INDEX: '%a',
  '^array_index^': '%a',
}

/** A host before it is where the file would be copied to. */
export const qsubPath = (field: 'output' | 'error'): Reader =>
  path(field, SHELL_NAMES, /(\$\w*|\^array_index\^)/, /^[\w.-]*:/)

/** Inside the container paths are absolute. */
export const folder: Reader = value =>
  value.startsWith('/')
    ? set('workdir', value)
    : ignored('it is a path inside the container, so it must be absolute')

/** Of a list of jobs. */
export const after = (value: string): Answer =>
  /^\d+(,\d+)*$/.test(value)
    ? set('depend', `afterany:${value.replaceAll(',', ':')}`)
    : ignored('jobs are meant by their numbers here')

/** `h_vmem=4G,h_rt=1:00:00` by a table; `unknown`: what is on none. */
export const parts = (
  value: string,
  cut: string,
  table: Readonly<Record<string, Reader>>,
  unknown: (part: string) => Answer,
): readonly Answer[] =>
  value
    .split(cut)
    .filter(part => part !== '')
    .flatMap(part => {
      const at = part.indexOf('=')
      const key = at < 0 ? part : part.slice(0, at)
      if (!Object.hasOwn(table, key)) return unknown(part)
      return at < 0 || at === part.length - 1
        ? bad(`'${key}' needs a value`)
        : (table[key]?.(part.slice(at + 1)) ?? [])
    })
