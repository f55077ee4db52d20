/** What `god submit` can be told of a job, and of the submission. */
import {Flags} from '@oclif/core'
import {limitFlags, orderFlags} from '../order-flags.js'

const many = {multiple: true as const, multipleNonGreedy: true as const}

export const submitFlags = {
  name: Flags.string({
    char: 'J',
    summary: 'Name of the job (else that of the program).',
    helpValue: 'NAME',
  }),
  image: Flags.string({
    char: 'i',
    summary: 'Image to run it in (else the first of default_images).',
    helpValue: 'IMAGE',
  }),
  ...limitFlags,
  gpus: Flags.string({char: 'G', summary: 'Whole gpus, for it alone.', helpValue: 'N'}),
  time: Flags.string({
    char: 't',
    summary: 'Longest run: 90s, 30 (minutes), 1:30:00, 2-12, 1d.',
    helpValue: 'TIME',
  }),
  output: Flags.string({
    char: 'o',
    summary: 'File of its output (%j id, %x name, %a task).',
    helpValue: 'FILE',
  }),
  error: Flags.string({char: 'e', summary: 'File of its error output.', helpValue: 'FILE'}),
  workdir: Flags.string({char: 'D', summary: 'Working directory inside.', helpValue: 'DIR'}),
  env: Flags.string({
    char: 'E',
    summary: 'A variable; a bare NAME takes yours.',
    helpValue: 'NAME[=VALUE]',
    ...many,
  }),
  label: Flags.string({char: 'l', summary: 'A label to select by.', helpValue: 'KEY[=VALUE]', ...many}),
  array: Flags.string({
    char: 'a',
    summary: 'An array: a task for each number; %N: at most N at once.',
    helpValue: 'RANGE[%N]',
  }),
  depend: Flags.string({
    char: 'd',
    summary: 'Start when other jobs have come so far: after, afterok, afternotok, afterany, singleton.',
    helpValue: 'KIND:ID[:ID...]',
  }),
  retry: Flags.string({
    summary: 'Try it again so often; :node-lost, :exit=CODES, :oom, :timeout: only after these.',
    helpValue: 'N[:RULE...]',
  }),
  volume: Flags.string({
    char: 'v',
    summary: 'A volume of the site; :ro for reading only.',
    helpValue: 'NAME[:ro|:rw]',
    ...many,
  }),
  project: Flags.string({char: 'P', summary: 'Project whose quota it counts to.', helpValue: 'NAME'}),
  root: Flags.boolean({
    summary: 'Be root in the container, where the site allows it; no home, volumes to read.',
    default: false,
  }),
  queue: Flags.string({char: 'q', summary: 'Queue to wait in (else default).', helpValue: 'NAME'}),
  constraint: Flags.string({
    char: 'C',
    summary: 'Labels that its node must have, all of them.',
    helpValue: 'KEY=VALUE,...',
  }),
  key: Flags.string({
    summary: 'Once only: with the same key, the same job.',
    helpValue: 'KEY',
  }),
  cron: Flags.string({
    summary: "A recurring job: minute, hour, day, month, weekday: '0 4 * * 1-5'.",
    helpValue: "'M H D M W'",
  }),
  overlap: Flags.boolean({summary: 'With --cron: also while the last run goes on.', default: false}),
  ...orderFlags,
  hold: Flags.boolean({char: 'H', summary: 'Keep it from starting until released.', default: false}),
  from: Flags.string({
    char: 'f',
    summary: 'Many jobs at once: one JSON object a line; - is standard input.',
    helpValue: 'FILE',
  }),
  wait: Flags.boolean({char: 'W', summary: "Wait for its end; exit with the job's code.", default: false}),
  'dry-run': Flags.boolean({char: 'n', summary: 'Check only; queue nothing.', default: false}),
  explain: Flags.boolean({
    summary: 'Tell when it would start, and why not now; queue nothing.',
    default: false,
    exclusive: ['from', 'wait'],
  }),
  parsable: Flags.boolean({summary: 'Print the id alone.', default: false}),
}
