/** The way into oclif: which command the words mean, its help, or why there is none. */
import {type Config, run, settings} from '@oclif/core'
import {GodError} from '../core/errors.js'
import {standInForAccount} from '../host/environment.js'
import {commandMeant} from './command-meant.js'
import {underGuard} from './guard.js'
import {type LoadOptions, loadConfig} from './load-config.js'
import {ENDS_AT_OPERAND, endAtOperand, type FlagShape} from './operands.js'
import {guardOutput, openTerminal} from './screen/terminal.js'
import {versionText, wantsPlugins} from './version.js'

const shapes = (flags: Record<string, {name: string; char?: string; type: string}>): readonly FlagShape[] =>
  Object.values(flags).map(({name, char, type}) => ({name, char, takesValue: type === 'option'}))

/** Commands whose last words are a program of the user's; and `help X`, which costs twice as much as `X --help`. */
const prepared = (argv: readonly string[], config: Config): string[] => {
  const [first, ...rest] = argv
  if (first === 'help' && !rest.some(word => word.startsWith('-'))) return [...rest, '--help']
  const command = first === ENDS_AT_OPERAND ? config.findCommand(first) : undefined
  if (command === undefined) return [...argv]
  return [ENDS_AT_OPERAND, ...endAtOperand(rest, shapes(command.flags))]
}

const noCommand = (word: string, known: readonly string[]): GodError => {
  const near = commandMeant(word, known)
  const hint =
    near.length > 0 ? `Did you mean ${near.map(name => `'god ${name}'`).join(' or ')}?` : "See 'god help'."
  return new GodError('E_USAGE', `there is no command '${word}'`, hint)
}

/** Flags that stand for a command of their own. */
const ALONE = ['-h', '--help', '-V', '--version']

/** Of its own commands `god` wraps some and leaves out others, which would speak in another shape. */
const WRAPPED = '@oclif/plugin-plugins'

/** `god plugins bogus`: where a command has commands of its own, another word is none. */
const checkTopic = (topic: string, word: string, config: Config): void => {
  const inTopic = config.commands.filter(
    ({id, pluginName}) => id.startsWith(`${topic}:`) && pluginName !== WRAPPED,
  )
  if (inTopic.length === 0 || word === '' || word.startsWith('-')) return
  const found = config.findCommand(`${topic}:${word}`)
  if (found === undefined || found.pluginName === WRAPPED)
    throw noCommand(
      `${topic} ${word}`,
      inTopic.map(({id}) => id.replaceAll(':', ' ')),
    )
}

const checkCommand = (argv: readonly string[], config: Config): void => {
  const known = config.commandIDs.flatMap(id => id.split(':')[0] ?? [])
  const [first = 'help', second = ''] = argv
  if (first === 'help' && second !== '' && !second.startsWith('-') && !known.includes(second))
    throw noCommand(second, known)
  if (known.includes(first)) {
    checkTopic(first, second, config)
    return
  }
  if (ALONE.includes(first)) return
  if (!first.startsWith('-')) throw noCommand(first, known)
  throw new GodError(
    'E_USAGE',
    `'${first}' stands before the command`,
    'Write it after: god COMMAND [FLAGS].',
  )
}

/** oclif prints it by itself. */
const isHelp = (argv: readonly string[]): boolean => {
  const end = argv.indexOf('--')
  const flags = end < 0 ? argv : argv.slice(0, end)
  return argv.length === 0 || argv[0] === 'help' || flags.some(word => word === '-h' || word === '--help')
}

const NO_PAGER = '--no-pager'

const help = async (words: readonly string[], config: Config): Promise<void> => {
  const asked = words.filter(word => word !== NO_PAGER)
  // Only here: other commands start without it.
  const {paged} = await import('./screen/pager.js')
  await paged(openTerminal('auto'), asked.length === words.length, () => run(asked, config))
}

const wantsJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf('--')
  return (end < 0 ? argv : argv.slice(0, end)).includes('--json')
}

/** `plugins install` too is one. */
const commandOf = ([first = '', second = '']: readonly string[], config: Config): string =>
  config.findCommand(`${first}:${second}`) === undefined ? first : `${first} ${second}`

export const main = async (argv: readonly string[], load: LoadOptions): Promise<void> => {
  settings.enableAutoTranspile = false
  guardOutput()
  let words = [...argv]
  let command = words[0]
  await underGuard(
    () => ({command, json: wantsJson(words)}),
    async () => {
      standInForAccount()
      const config = await loadConfig(words, load)
      checkCommand(words, config)
      command = commandOf(words, config)
      if (wantsPlugins(words)) return void process.stdout.write(versionText(config))
      words = prepared(words, config)
      if (isHelp(words)) await help(words, config)
      else await run(words, config)
    },
  )
}
