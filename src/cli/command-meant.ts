/** Which command was probably meant: by a slip of the fingers, or by the habit of another system. */
import {nearest} from '../core/text.js'

/** The words of Grid Engine, Slurm, PBS, docker and the shell. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  submit: ['qsub', 'sbatch', 'srun', 'bsub', 'run', 'start', 'queue', 'add'],
  stat: ['qstat', 'squeue', 'bjobs', 'ps', 'ls', 'list', 'status', 'jobs'],
  kill: ['qdel', 'scancel', 'bkill', 'cancel', 'delete', 'rm', 'stop'],
  suspend: ['pause'],
  resume: ['unpause', 'continue'],
  hold: ['qhold'],
  release: ['qrls', 'unhold'],
  show: ['inspect', 'info', 'describe', 'scontrol'],
  logs: ['output', 'tail', 'cat'],
  history: ['log', 'events'],
  init: ['setup', 'create', 'new'],
  doctor: ['check', 'diagnose'],
  watch: ['daemon', 'serve', 'service'],
  config: ['settings', 'configure'],
}

const MEANING: ReadonlyMap<string, string> = new Map(
  Object.entries(ELSEWHERE).flatMap(([command, words]) => words.map(word => [word, command] as const)),
)

/** Of the commands that are there. */
export const commandMeant = (word: string, known: readonly string[]): readonly string[] => {
  const there = [...MEANING].filter(([, command]) => known.includes(command)).map(([foreign]) => foreign)
  const near = nearest(word, [...known, ...there])
  return [...new Set(near.map(name => (known.includes(name) ? name : (MEANING.get(name) ?? name))))]
}
