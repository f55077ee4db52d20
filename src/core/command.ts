/** What a job runs, and the signals that ask it to end. */
import * as v from 'valibot'

export const commandSchema = v.variant('kind', [
  v.strictObject({kind: v.literal('argv'), argv: v.pipe(v.array(v.string()), v.minLength(1))}),
  v.strictObject({
    kind: v.literal('script'),
    text: v.pipe(v.string(), v.startsWith('#!')),
    args: v.array(v.string()),
  }),
])

export const signalSchema = v.picklist([
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGKILL',
] as const)
