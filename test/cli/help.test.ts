import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {commandSnapshot, SNAPSHOT} from '../../scripts/command-snapshot.js'
import {ERRORS_DOC, errorsDocument} from '../../scripts/errors-doc.js'
import {
  commandsOf,
  manualPages,
  PACKAGE,
  PAGES,
  README,
  withCommands,
  withPages,
} from '../../scripts/reference.js'
import {prose} from '../../src/cli/screen/prose.js'
import {EXIT} from '../../src/core/exit.js'
import {columnsWide} from '../../src/core/text.js'
import {COMMANDS} from '../support/commands.js'
import {god, ROOT} from '../support/god.js'
import {godHere} from '../support/god-here.js'
import {skip} from '../support/skip.js'

const help = async (...args: readonly string[]): Promise<string> => {
  const {stdout, stderr, code} = await godHere(args)
  assert.deepEqual([stderr, code], ['', 0], args.join(' '))
  return stdout
}

/** The lines below a heading. */
const section = (text: string, heading: string): readonly string[] => {
  const lines = text.split('\n')
  const from = lines.indexOf(heading) + 1
  if (from === 0) return []
  const to = lines.findIndex((line, i) => i >= from && /^[A-Z]/.test(line))
  return lines.slice(from, to < 0 ? undefined : to).filter(line => line !== '')
}

describe('the help', () => {
  it('is the same however it is asked for, on stdout', async () => {
    const {stdout} = await god(['help'])
    assert.match(stdout, /^Grid Engine for Docker/)
    for (const args of [[], ['help'], ['-h'], ['--help']]) assert.equal(await help(...args), stdout)
  })

  it('names every command with one line', async () => {
    // Long ones go on below, set in.
    const lines = section(await help(), 'COMMANDS').filter(line => /^ {2}\S/.test(line))
    assert.deepEqual(
      lines.map(line => line.trim().split(' ')[0]),
      [...COMMANDS.filter(name => !name.includes(' ')), 'help'].sort(),
    )
  })

  it('of a topic that is none tells what was meant, and shows nothing else', async () => {
    assert.deepEqual(await godHere(['help', 'sumbit']), {
      stdout: '',
      stderr: "god: there is no command 'sumbit'. Did you mean 'god submit'?\n",
      code: 2,
    })
  })

  it('tells the version in one line: name, version, platform, node', async () => {
    const {version} = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'))
    for (const flag of ['--version', '-V'])
      assert.equal(
        await help(flag),
        `@god-cli/god/${version} ${process.platform}-${process.arch} node-${process.version}\n`,
      )
  })

  it('tells the plugins with the version, a line each', async () => {
    for (const flag of ['--version', '-V']) {
      const [first, ...plugins] = (await help(flag, '--verbose')).trimEnd().split('\n')
      assert.equal(`${first}\n`, await help('--version'))
      assert.ok(plugins.some(line => /^@oclif\/plugin-help [0-9.]+ \(core\)$/.test(line)))
    }
  })
})

for (const command of COMMANDS) {
  describe(`the help of god ${command}`, () => {
    let text = ''
    before(async () => {
      text = await help('help', ...command.split(' '))
    })

    it('is the same by flag, byte for byte', async () => {
      for (const flag of ['-h', '--help']) assert.equal(await help(...command.split(' '), flag), text)
    })

    it('fits 80 columns', () => {
      for (const line of text.split('\n')) assert.ok(columnsWide(line) <= 80, line)
    })

    it('is a sentence, a description, exit codes, two examples or more', () => {
      const [summary = ''] = text.split('\n')
      assert.match(summary, /^[A-Z].*\.$/)
      const words = section(text, 'DESCRIPTION').join(' ').replace(/ +/g, ' ')
      assert.ok(words.includes(summary) && words.length > summary.length + 20)
      assert.match(words, /Exit codes: /)
      assert.ok(section(text, 'EXAMPLES').length >= 2)
    })

    it('names no exit code that is not in the contract', () => {
      const words = section(text, 'DESCRIPTION').join(' ')
      const codes = [...words.slice(words.indexOf('Exit codes:')).matchAll(/(?<![+\w])(\d+)(?=[ ;])/g)]
      const contract: readonly number[] = [...Object.values(EXIT), 125, 126, 127]
      for (const [, code] of codes) assert.ok(contract.includes(Number(code)), code)
    })

    it('names the variables that say the same as a flag', () => {
      for (const name of ['GOD_SHARED_DIR', 'GOD_CONFIG', 'NO_COLOR', 'FORCE_COLOR'])
        assert.ok(text.includes(name))
    })

    it('leaves no paragraph broken by the source', () => {
      const lines = section(text, 'DESCRIPTION')
      for (const [i, line] of lines.slice(0, -1).entries()) {
        const next = lines[i + 1] ?? ''
        const [word = ''] = next.trim().split(' ')
        const whole = /[.:;]$/.test(line) || /^ {3,}/.test(next)
        assert.ok(
          whole || columnsWide(`${line} ${word}`) > 80 || /^ +Exit codes/.test(next),
          `${line}\n${next}`,
        )
      }
    })
  })
}

describe('prose', () => {
  it('runs on, but for blank lines and what is set in', () => {
    assert.equal(prose('a\nb\n\nc:\n\n  * * *\n  x\nd'), 'a b\n\nc:\n\n  * * *\n  x\nd')
  })
})

describe('what others rely on', () => {
  it('is the interface in commands.snapshot.json (write it anew with scripts/command-snapshot.ts)', async () => {
    assert.equal(await commandSnapshot(), readFileSync(SNAPSHOT, 'utf8'))
  })

  it('is the list of commands in README.md, and the manual pages (write them anew with scripts/reference.ts)', async () => {
    const commands = await commandsOf()
    const readme = readFileSync(README, 'utf8')
    assert.equal(withCommands(readme, commands), readme)
    for (const command of COMMANDS) assert.ok(readme.includes(`| \`god ${command}\` | `), command)
    const pages = manualPages(commands)
    assert.deepEqual(readdirSync(PAGES).sort(), [...pages.keys()].sort())
    const text = readFileSync(PACKAGE, 'utf8')
    assert.equal(withPages(text, [...pages.keys()]), text)
    for (const [name, text] of pages) assert.equal(readFileSync(`${PAGES}/${name}`, 'utf8'), text, name)
  })

  it('is set without a complaint, as manual pages', function () {
    const {error} = spawnSync('groff', ['--version'])
    if (error !== undefined) return skip(this, 'needs groff')
    for (const name of readdirSync(PAGES)) {
      const {stdout, stderr} = spawnSync('groff', ['-man', '-Tascii', '-ww', `${PAGES}/${name}`], {
        encoding: 'utf8',
      })
      assert.equal(stderr, '', name)
      assert.match(stdout.replace(/.\u0008/g, ''), /^NAME$/m)
    }
  })

  it('is the errors in docs/errors.md (write it anew with scripts/errors-doc.ts)', () => {
    assert.equal(errorsDocument(), readFileSync(ERRORS_DOC, 'utf8'))
  })
})
