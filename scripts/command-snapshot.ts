/**
 * Writes test/cli/commands.snapshot.json, the interface of the command line: `node --import tsx
 * scripts/command-snapshot.ts` after a build. A test fails while the file says anything else, so that nothing a script
 * may rely on changes without a line in a review.
 */
import {writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {Config, settings} from '@oclif/core'

export const SNAPSHOT = fileURLToPath(new URL('../test/cli/commands.snapshot.json', import.meta.url))

interface Shape {
  readonly char?: string | undefined
  readonly type?: string
  readonly required?: boolean | undefined
  readonly multiple?: boolean | undefined
  readonly allowNo?: boolean | undefined
  readonly delimiter?: string | undefined
  readonly options?: readonly string[] | undefined
  readonly default?: unknown
}

/** In a line: what a script may rely on. */
const facts = (shape: Shape): string =>
  [
    shape.char === undefined ? '' : `-${shape.char}`,
    shape.type ?? 'argument',
    ...(['required', 'multiple', 'allowNo'] as const).filter(fact => shape[fact] === true),
    shape.delimiter === undefined ? '' : `separated by ${shape.delimiter}`,
    shape.options === undefined ? '' : `one of ${shape.options.join('|')}`,
    shape.default === undefined || shape.default === false ? '' : `default ${String(shape.default)}`,
  ]
    .filter(fact => fact !== '')
    .join(', ')

const sorted = (shapes: Readonly<Record<string, Shape>>): object =>
  Object.fromEntries(
    Object.entries(shapes)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, shape]) => [name, facts(shape)]),
  )

export const commandSnapshot = async (): Promise<string> => {
  settings.enableAutoTranspile = false
  const {commands} = await Config.load(fileURLToPath(new URL('..', import.meta.url)))
  const interfaces = commands
    .filter(({pluginName}) => pluginName === '@god-cli/god')
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({id, aliases, args, flags}) => [
      id,
      {aliases: aliases.join(' '), args: sorted(args), flags: sorted(flags)},
    ])
  return `${JSON.stringify(Object.fromEntries(interfaces), null, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(SNAPSHOT, await commandSnapshot())
