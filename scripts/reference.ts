/**
 * Writes what is told of the commands outside of their help: the list in README.md, the manual pages in docs/man and
 * their list in package.json, from the same classes. `node --import tsx scripts/reference.ts` after a build; a test fails while a page is stale.
 */
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {Config, settings} from '@oclif/core'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
export const README = join(ROOT, 'README.md')
export const PAGES = join(ROOT, 'docs', 'man')
export const PACKAGE = join(ROOT, 'package.json')

type Command = Config['commands'][number]

const [BEGIN, END] = ['<!-- commands: made by scripts/reference.ts -->', '<!-- end of commands -->']

const ENVIRONMENT: Readonly<Record<string, string>> = {
  GOD_SHARED_DIR: 'The shared directory, where --dir does not name it.',
  GOD_CONFIG: 'A configuration file whose shared_dir names the directory.',
  'GOD_<KEY>': "Beats the setting KEY of the configuration; 'god config' shows which are in force.",
  DOCKER_HOST: 'The engine, where docker_url does not name it.',
  'GOD_PAGER, PAGER': 'What long output goes through on a terminal; less -FRX by default, none if empty.',
  'NO_COLOR, FORCE_COLOR, TERM': 'Whether there are colours, where --color does not say.',
  'GOD_DATA_DIR, XDG_DATA_HOME': "Where the caller's own plugins are.",
  GOD_DEBUG: 'With 1, errors come with their stack.',
}

export const commandsOf = async (): Promise<readonly Command[]> => {
  settings.enableAutoTranspile = false
  const {commands} = await Config.load({root: ROOT, userPlugins: false})
  return (
    commands
      .filter(({pluginName, hidden}) => pluginName === '@god-cli/god' && !hidden)
      // An alias is no command of its own.
      .filter(({id, aliases}) => !aliases.includes(id))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
  )
}

const words = ({id}: Command): string => `god ${id.replaceAll(':', ' ')}`
const plain = (text: string | undefined = ''): string => text.replaceAll('<%= config.bin %>', 'god')

export const withCommands = (readme: string, commands: readonly Command[]): string => {
  const rows = commands.map(command => `| \`${words(command)}\` | ${plain(command.summary)} |`)
  const table = ['| command | does |', '|---|---|', ...rows].join('\n')
  const [before = '', rest = ''] = readme.split(BEGIN)
  const [, after = ''] = rest.split(END)
  return `${before}${BEGIN}\n\n${table}\n\n${END}${after}`
}

const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1')

const section = (title: string, text: string): string => (text === '' ? '' : `.SH ${title}\n${text}\n`)
const term = (name: string, text: string): string => `.TP\n.B ${roff(name)}\n${roff(text)}`

const paragraphs = (text: string): string =>
  text
    .split(/\n\n+/)
    .map(part => (/^ /.test(part) ? `.PP\n.nf\n${roff(part)}\n.fi` : `.PP\n${roff(part)}`))
    .join('\n')

const flagTerm = ([name, flag]: [string, Command['flags'][string]]): string => {
  const value = flag.type === 'option' ? ` ${flag.helpValue ?? 'VALUE'}` : ''
  const long = flag.type === 'boolean' && flag.allowNo ? `--[no-]${name}` : `--${name}${value}`
  const options =
    flag.type === 'option' && flag.options !== undefined ? ` One of ${flag.options.join(', ')}.` : ''
  return term(
    `${flag.char === undefined ? '' : `-${flag.char}, `}${long}`,
    `${plain(flag.summary)}${options}`,
  )
}

const synopsis = (command: Command): string => {
  const args = Object.entries(command.args).map(([name, {required}]) =>
    required === true ? name.toUpperCase() : `[${name.toUpperCase()}]`,
  )
  const [usage] = [command.usage ?? []].flat()
  return usage === undefined ? [words(command), '[FLAGS]', ...args].join(' ') : `god ${plain(usage)}`
}

const header = (name: string): string => `.TH ${name.toUpperCase()} 1 "" "god" "Grid Engine for Docker"\n`
const ending = (name: string): string =>
  section('SEE ALSO', `.BR ${name === 'god' ? 'god-submit' : 'god'} (1)`)

const pageOf = (command: Command): readonly [string, string] => {
  const name = words(command).replaceAll(' ', '-')
  const [body = '', exits = ''] = plain(command.description).split(/\n*Exit codes: /)
  const examples = (command.examples ?? []).map(
    example => `.PP\n.nf\n${roff(`  ${plain(String(example))}`)}\n.fi`,
  )
  return [
    `${name}.1`,
    header(name) +
      section('NAME', `${name} \\- ${roff(plain(command.summary).replace(/\.$/, ''))}`) +
      section('SYNOPSIS', roff(synopsis(command))) +
      section('DESCRIPTION', paragraphs(body)) +
      section('OPTIONS', Object.entries(command.flags).sort().map(flagTerm).join('\n')) +
      section('EXIT STATUS', roff(exits)) +
      section('EXAMPLES', examples.join('\n')) +
      ending(name),
  ]
}

const overview = (commands: readonly Command[]): readonly [string, string] => [
  'god.1',
  header('god') +
    section('NAME', 'god \\- Grid Engine for Docker, without a database and without a server') +
    section('SYNOPSIS', 'god COMMAND [FLAGS] [ARGUMENTS]') +
    section('COMMANDS', commands.map(command => term(words(command), plain(command.summary))).join('\n')) +
    section(
      'ENVIRONMENT',
      Object.entries(ENVIRONMENT)
        .map(([name, text]) => term(name, text))
        .join('\n'),
    ) +
    ending('god'),
]

/** Name of the file, and its text. */
export const manualPages = (commands: readonly Command[]): ReadonlyMap<string, string> =>
  new Map([overview(commands), ...commands.map(pageOf)])

/** npm links the pages that package.json lists one by one. */
export const withPages = (text: string, names: readonly string[]): string => {
  const list = [...names].sort().map(name => `    "docs/man/${name}"`)
  return text.replace(/"man": \[[^\]]*\]/, () => `"man": [\n${list.join(',\n')}\n  ]`)
}

const write = async (): Promise<void> => {
  const commands = await commandsOf()
  writeFileSync(README, withCommands(readFileSync(README, 'utf8'), commands))
  mkdirSync(PAGES, {recursive: true})
  const pages = manualPages(commands)
  for (const name of readdirSync(PAGES)) if (!pages.has(name)) rmSync(join(PAGES, name))
  for (const [name, text] of pages) writeFileSync(join(PAGES, name), text)
  writeFileSync(PACKAGE, withPages(readFileSync(PACKAGE, 'utf8'), [...pages.keys()]))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await write()
