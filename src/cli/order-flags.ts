/** The flags that `submit` and `update` share: what a job asks for, and its place in the queue. */
import {Flags} from '@oclif/core'

export const limitFlags = {
  cpus: Flags.string({char: 'c', summary: 'Cpus, may be a fraction.', helpValue: 'N'}),
  mem: Flags.string({char: 'm', summary: 'Memory: 512M, 2G; a bare number is MiB.', helpValue: 'SIZE'}),
  resource: Flags.string({
    char: 'r',
    summary: 'So many of what the site counts besides (else one); 0: none.',
    helpValue: 'NAME[=N]',
    multiple: true,
    multipleNonGreedy: true,
  }),
} as const

export const orderFlags = {
  begin: Flags.string({
    char: 'b',
    summary: 'Not before: now+2h, +90m, 14:30, 2030-01-31[T14:30[:00]], in your zone.',
    helpValue: 'TIME',
  }),
  nice: Flags.string({
    summary: 'Behind the jobs of others: 0 to 1000; by operators also -1000 to -1, before them.',
    helpValue: 'N',
  }),
  priority: Flags.string({
    char: 'p',
    summary: 'Order among your own jobs: -1000 to 1000, the higher is first.',
    helpValue: 'N',
  }),
} as const
