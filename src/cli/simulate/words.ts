/** The flags of `god simulate`. */
import {Flags} from '@oclif/core'
import {BACKFILLS, PLACEMENTS} from '../../core/scheduling/rules.js'
import {ESTIMATES} from '../../core/simulate/predict.js'
import {EVENT_ORDERS} from '../../core/simulate/replay.js'

export const simulateFlags = {
  policy: Flags.string({summary: 'Order of the queue: a scheduler plugin (else fifo).', helpValue: 'ID'}),
  'policy-option': Flags.string({
    summary: 'An option of the policy, as in its section.',
    helpValue: 'KEY=VALUE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  backfill: Flags.option({options: BACKFILLS})({
    summary: 'Who may pass a job that does not fit (else easy).',
  }),
  depth: Flags.integer({summary: 'Jobs that hold a reservation, with easy (else 1).', helpValue: 'N'}),
  placement: Flags.option({options: PLACEMENTS})({
    summary: 'Which of the nodes where it fits (else pack).',
  }),
  'half-life': Flags.string({
    summary: 'Time in which half of the usage is forgotten (else 7d).',
    helpValue: 'TIME',
  }),
  estimates: Flags.option({options: ESTIMATES})({
    summary: 'Run times that are planned with: limits, true ones, or predicted (else user).',
  }),
  'event-order': Flags.option({options: EVENT_ORDERS})({
    summary: 'What happens in one instant: together, or one by one.',
    default: 'batch' as const,
  }),
  'missing-limit': Flags.option({options: ['drop', 'run'] as const})({
    summary: 'A row without a limit: dropped, or its run time is its limit.',
    default: 'drop' as const,
  }),
  'over-limit': Flags.option({options: ['cut', 'run-through'] as const})({
    summary: 'A row that ran beyond its limit: ended there, or not.',
    default: 'cut' as const,
  }),
  memory: Flags.option({options: ['ignore', 'requested'] as const})({
    summary: 'Whether memory counts; needs --nodes.',
    default: 'ignore' as const,
  }),
  procs: Flags.integer({summary: 'Processors of the machine (else MaxProcs of the trace).', helpValue: 'N'}),
  nodes: Flags.string({
    summary:
      'Nodes, one a line: {"name":"n1","cpus":64,"mem":"256G","gpus":2,"labels":{}}; also "resources":{"fpga":1}.',
    helpValue: 'FILE',
  }),
  shake: Flags.string({
    summary: 'Move each submission by up to so much, by chance: how firm is a figure?',
    helpValue: 'TIME',
  }),
  seed: Flags.integer({
    summary: 'Of that chance: the same seed, the same trace.',
    helpValue: 'N',
    default: 1,
  }),
  csv: Flags.string({summary: 'Write the jobs there, one a line.', helpValue: 'FILE'}),
  picture: Flags.string({
    summary: 'Draw utilisation and queue over time there, as SVG.',
    helpValue: 'FILE',
  }),
  live: Flags.boolean({summary: 'The present queue instead of a trace.', default: false}),
  job: Flags.string({summary: 'With --live: the job that asks for something else.', helpValue: 'ID'}),
  cpus: Flags.string({char: 'c', summary: 'With --job: cpus that it would ask for.', helpValue: 'N'}),
  mem: Flags.string({char: 'm', summary: 'With --job: memory that it would ask for.', helpValue: 'SIZE'}),
  time: Flags.string({summary: 'With --job: the longest run that it would ask for.', helpValue: 'TIME'}),
  pager: Flags.boolean({
    summary: 'On a terminal, a page at a time (GOD_PAGER, PAGER, less).',
    allowNo: true,
    default: true,
  }),
}
