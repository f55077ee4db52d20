/** `god submit`: queue a command or a script as a job. */
import {Args, Flags} from '@oclif/core'
import {GodCommand} from '../src/cli/base-command.js'
import {prose} from '../src/cli/prose.js'
import {submit} from '../src/cli/submit-command.js'

const many = {multiple: true as const, multipleNonGreedy: true as const}

export default class Submit extends GodCommand {
  static override summary = 'Queue a command as a job.'

  static override description =
    prose(`The id that is printed is a promise: the job survives any crash from then on, also with no scheduler and
no engine running. Options end at the first operand. A readable file that begins with #! is a script: its
text is copied, the rest are its arguments; anything else is a command, run in the image as it stands.
An array (-a 0-99, 1-9:2,12) is one job with many tasks; each finds its number in GODOCKER_TASK_ID.

With --from each line of a file is a job, by the long names of these flags: {"argv":["echo","a"],"mem":64,"env":{"N":"1"}},
or "script" with its text. Flags beside it hold for lines that say nothing else. While one line is bad nothing is queued.
With --parsable an id a line, in the order of the file.

Exit codes: 0 queued; 1 no shared directory, or a wrong configuration; 2 something is wrong with the words; 6 the site says no; 74 disk; 75 the directory does not answer; with -W the job's own
code, 128+n if signal n ended it, 125 if it never started.`)

  static override usage = [
    'submit [FLAGS] [--] COMMAND... | SCRIPT [ARGUMENT...]',
    'submit [FLAGS] --from FILE',
  ]

  static override examples = [
    '<%= config.bin %> submit -J hello -i busybox:local -c 1 -m 64M -- echo hello',
    '<%= config.bin %> submit -t 2h -m 4G ./analyse.sh sample1',
    '<%= config.bin %> submit -W --parsable -- sh -c "exit 3"',
    '<%= config.bin %> submit --from jobs.ndjson -t 2h',
    '<%= config.bin %> submit -a 1-100%5 ./analyse.sh',
  ]

  static override args = {
    command: Args.string({
      multiple: true,
      ignoreStdin: true,
      description: 'The program and its arguments, or a script.',
    }),
  }

  static override flags = {
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
    cpus: Flags.string({char: 'c', summary: 'Cpus, may be a fraction.', helpValue: 'N'}),
    mem: Flags.string({char: 'm', summary: 'Memory: 512M, 2G; a bare number is MiB.', helpValue: 'SIZE'}),
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
    volume: Flags.string({
      char: 'v',
      summary: 'A volume of the site; :ro for reading only.',
      helpValue: 'NAME[:ro|:rw]',
      ...many,
    }),
    project: Flags.string({char: 'P', summary: 'Project whose quota it counts to.', helpValue: 'NAME'}),
    queue: Flags.string({char: 'q', summary: 'Queue to wait in (else default).', helpValue: 'NAME'}),
    constraint: Flags.string({
      char: 'C',
      summary: 'Labels that its node must have, all of them.',
      helpValue: 'KEY=VALUE,...',
    }),
    hold: Flags.boolean({char: 'H', summary: 'Keep it from starting until released.', default: false}),
    from: Flags.string({
      char: 'f',
      summary: 'Many jobs at once: one JSON object a line; - is standard input.',
      helpValue: 'FILE',
    }),
    wait: Flags.boolean({char: 'W', summary: "Wait for its end; exit with the job's code.", default: false}),
    'dry-run': Flags.boolean({char: 'n', summary: 'Check only; queue nothing.', default: false}),
    parsable: Flags.boolean({summary: 'Print the id alone.', default: false}),
  }

  async run(): Promise<void> {
    const {flags, args} = await this.parse(Submit)
    const words = args.command ?? []
    if (flags.from === undefined) return this.exitWith(await submit(flags, words))
    // Only here: a single job is submitted without it.
    const {submitFrom} = await import('../src/cli/bulk-command.js')
    this.exitWith(await submitFrom(flags, flags.from, words))
  }
}
