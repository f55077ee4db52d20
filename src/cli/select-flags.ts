/** The selectors and filters that mean the same in every command that takes jobs. */
import {Args, Flags} from '@oclif/core'
import {GROUPINGS} from '../core/usage/accounting-groups.js'

export const selectorArgs = (required: boolean) => ({
  jobs: Args.string({
    multiple: true,
    required,
    ignoreStdin: true,
    description:
      "Ids, ranges (12-20), tasks of an array (12[3-9] or 12_3-9), 'last', '@name', or '-' for ids from standard input.",
  }),
})

export const oneSelector = {
  job: Args.string({
    required: true,
    ignoreStdin: true,
    description: "An id, a task (12[7]), 'last', '@name', or '-' for one from standard input.",
  }),
}

const words = {multiple: true as const, multipleNonGreedy: true as const, delimiter: ',' as const}

const label = {
  summary: 'Jobs with this label.',
  helpValue: 'KEY[=VALUE]',
  multiple: true as const,
  multipleNonGreedy: true as const,
}

/** What `stat` shares with the verbs: there, `-l` is the long form. */
export const filterFlags = {
  user: Flags.string({char: 'u', summary: 'Jobs of these users.', helpValue: 'USER', ...words}),
  name: Flags.string({char: 'n', summary: 'Jobs of these names.', helpValue: 'NAME', ...words}),
  states: Flags.string({
    char: 't',
    summary: 'Jobs in these states (also active, over, all).',
    helpValue: 'STATE',
    ...words,
  }),
  queue: Flags.string({char: 'q', summary: 'Jobs in these queues.', helpValue: 'QUEUE', ...words}),
  label: Flags.string(label),
}

export const verbFilterFlags = {...filterFlags, label: Flags.string({char: 'l', ...label})}

export const formatFlags = {
  format: Flags.string({
    summary: "A line a job: '{{id}} {{state}}', the columns by name.",
    helpValue: 'TEMPLATE',
    exclusive: ['json'],
  }),
}

export const byFlag = Flags.option({
  options: GROUPINGS,
  ...words,
})({summary: 'What to sum up by.', default: ['user']})
