/** The forty points of a good command line, 26-30: help, version, what is generated. */
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {commandSnapshot, SNAPSHOT} from '../../../scripts/command-snapshot.js'
import {commandsOf, manualPages, PAGES, README, withCommands} from '../../../scripts/reference.js'
import {shellScript} from '../../../src/cli/complete/shell-scripts.js'
import {columnsWide} from '../../../src/core/text.js'
import {COMMANDS} from '../../support/commands.js'
import {ROOT} from '../../support/god.js'
import {godHere} from '../../support/god-here.js'
import {testTitles} from './points.js'

const help = async (...args: readonly string[]): Promise<string> => {
  const {stdout, stderr, code} = await godHere(args)
  assert.deepEqual([stderr, code], ['', 0], args.join(' '))
  return stdout
}

describe('checklist: help', () => {
  it('26. god, god help, -h and --help are the same, and so is the help of a command however it is asked for', async () => {
    const text = await help()
    for (const args of [['help'], ['-h'], ['--help']]) assert.equal(await help(...args), text)
    for (const command of COMMANDS) {
      const words = command.split(' ')
      const page = await help('help', ...words)
      for (const flag of ['-h', '--help']) assert.equal(await help(...words, flag), page, command)
    }
  })

  it('27. every command has a line of summary, two examples or more, and each example is run by a test', async () => {
    for (const {id, summary = '', examples = []} of await commandsOf()) {
      assert.match(summary, /^[A-Z][^\n]*\.$/, id)
      assert.ok(examples.length >= 2, id)
    }
    const titles = testTitles('test/cli/examples.test.ts')
    assert.ok(titles.some(title => title.startsWith('of god $')) && titles.includes('are of every command'))
  })

  it('28. help names exit codes and variables, and fits 80 columns', async () => {
    for (const command of COMMANDS) {
      const text = await help('help', ...command.split(' '))
      assert.match(text, /Exit codes:? /, command)
      assert.match(text, /GOD_SHARED_DIR|GOD_DATA_DIR/, command)
      for (const line of text.split('\n')) assert.ok(columnsWide(line) <= 80, line)
    }
    assert.match(readFileSync(`${PAGES}/god.1`, 'utf8'), /\.SH ENVIRONMENT\n(.*\n)*\.B GOD_SHARED_DIR\n/)
  })

  it('29. --version is one line: name, version, platform, node; with --verbose also the plugins', async () => {
    const {name, version} = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'))
    const line = `${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`
    for (const flag of ['--version', '-V']) {
      assert.equal(await help(flag), line)
      assert.match(
        (await help(flag, '--verbose')).slice(line.length),
        /^@oclif\/plugin-help \d.* \(core\)\n/m,
      )
    }
  })

  it('30. the list in the README, the manual pages, the interface and completion are generated, and never stale', async () => {
    const commands = await commandsOf()
    const readme = readFileSync(README, 'utf8')
    assert.equal(withCommands(readme, commands), readme)
    assert.notEqual(withCommands(readme, commands.slice(1)), readme)
    for (const [name, text] of manualPages(commands))
      assert.equal(readFileSync(`${PAGES}/${name}`, 'utf8'), text, name)
    assert.equal(await commandSnapshot(), readFileSync(SNAPSHOT, 'utf8'))
    // Completion holds no list that could grow stale: it asks.
    for (const word of ['submit', '--json']) assert.ok(!shellScript('bash').includes(word), word)
  })
})
