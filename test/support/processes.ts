/** Processes of this machine, as /proc tells of them: to find what a killed parent left, and nothing else. */
import {existsSync, readdirSync, readFileSync} from 'node:fs'

export const lives = (pid: number | null): boolean => pid !== null && existsSync(`/proc/${pid}`)

const read = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/** A zombie has ended already. */
const parentOf = (pid: number): number | null => {
  const [state, parent] = read(pid, 'stat')
    .replace(/^.*\) /, '')
    .split(' ')
  return state === undefined || state === 'Z' || state === '' ? null : Number(parent)
}

/** Those whose command line names the folder, and all their descendants, parents first; never this process. */
export const processesNaming = (folder: string): readonly number[] => {
  const parents = new Map(
    readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .flatMap(name => {
        const parent = parentOf(Number(name))
        return parent === null ? [] : [[Number(name), parent] as const]
      }),
  )
  const found = new Set(
    [...parents.keys()].filter(pid => pid !== process.pid && read(pid, 'cmdline').includes(folder)),
  )
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid)
  }
  return [...found]
}
