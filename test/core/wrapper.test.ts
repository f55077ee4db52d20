/** What the wrapper promises a command and whoever looks later. Signals: wrapper-signals.test.ts. */
import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {FENCE_EXIT} from '../../src/core/wrapper.js'
import {ended, sh, underEachShell} from './workshop.js'

underEachShell('the wrapper', job => {
  describe('the end', () => {
    for (const code of [0, 1, 3, 125, 126, 127, 128, 255]) {
      it(`exit code ${code} comes through and stands in the exit file`, () => {
        assert.equal(job.run(sh(`exit ${code}`)), code)
        assert.equal(job.read('started.1/exit'), `${code}\n`)
        assert.deepEqual(readdirSync(join(job.out, 'started.1')), ['exit'])
      })
    }

    it('by a signal of its own is 128 and the signal', () => {
      assert.equal(job.run(sh('kill -KILL $$')), 137)
      assert.equal(job.read('started.1/exit'), '137\n')
    })

    it('leaves two lines of epoch seconds in god.info', () => {
      const before = Math.floor(Date.now() / 1000)
      job.run(sh('exit 3'))
      const lines = /^(\d{10})\n(\d{10})\n$/.exec(job.read('god.info'))
      assert.ok(lines !== null)
      const [from, to] = [Number(lines[1]), Number(lines[2])]
      assert.ok(before <= from && from <= to && to <= Date.now() / 1000)
    })

    it('is told even if the command changed its folder, its limits and its output', () => {
      assert.equal(job.run(sh('cd /; ulimit -f 0; exec >/dev/null; exit 7')), 7)
      assert.equal(job.read('started.1/exit'), '7\n')
    })
  })

  describe('the arguments', () => {
    /** Ends each of its arguments with NUL. */
    const ECHO = '#!/bin/sh\nfor a do printf "%s\\0" "$a"; done\n'

    const arrives = (words: readonly string[], over: Record<string, string> = {}): void => {
      rmSync(job.out, {recursive: true})
      mkdirSync(job.out)
      assert.equal(job.run([job.program(join(job.root, 'echo'), ECHO), ...words], over), 0)
      assert.equal(readFileSync(join(job.out, 'god.log'), 'utf8'), words.map(word => `${word}\0`).join(''))
    }

    it('arrive byte for byte: blanks, quotes, line breaks, empty ones, words of a shell', () => {
      arrives([
        'a  b',
        '',
        ' ',
        '\t',
        '\n',
        'x\ny\n',
        '"',
        "'",
        '\\',
        '\\n',
        '`id`',
        '$(id)',
        '$HOME',
        '*',
        '~',
      ])
      arrives(['-c', '--', '-', '-e', ';', '&', '|', '>x', '!', '#', '{a,b}', '[ab]', '\u001b', 'ü🧪', ''])
      arrives([])
      arrives(['x'.repeat(100_000)])
    })

    it('arrive whatever they are', () => {
      const word = fc.string({unit: 'binary', maxLength: 12}).filter(text => !text.includes('\0'))
      fc.assert(
        fc.property(fc.array(word, {maxLength: 6}), words => arrives(words)),
        {numRuns: 40},
      )
    })

    it('T45: are no arguments of the wrapper: no shell reads them', () => {
      assert.equal(job.run(['sh', '-c', 'exit $#', 'a', '; touch hacked', 'b']), 2)
      assert.equal(job.has('hacked'), false)
    })
  })

  describe('the fence', () => {
    const marked = () => job.has('mark')

    it('is taken once: the second start ends with 125, runs nothing and touches no output', () => {
      assert.equal(job.run(sh('echo first')), 0)
      assert.equal(job.run(sh('touch mark')), FENCE_EXIT)
      assert.equal(marked(), false)
      assert.equal(job.read('god.log'), 'first\n')
      assert.equal(job.read('started.1/exit'), '0\n')
    })

    it('as a file means void: 125, and nothing is run or written', () => {
      writeFileSync(join(job.out, 'started.1'), '')
      assert.equal(job.run(sh('touch mark')), FENCE_EXIT)
      assert.deepEqual(readdirSync(job.out), ['started.1'])
    })

    it('is one per attempt, and each attempt begins its output anew', () => {
      assert.equal(job.run(sh('echo one; echo err >&2; exit 1')), 1)
      assert.equal(job.run(sh('echo two; exit 2'), {GOD_ATTEMPT: '2'}), 2)
      assert.deepEqual([job.read('started.1/exit'), job.read('started.2/exit')], ['1\n', '2\n'])
      assert.deepEqual([job.read('god.log'), job.read('god.err')], ['two\n', ''])
    })

    it('is won by one of several that start at once', async () => {
      const children = Array.from({length: 6}, () => job.begin(sh('echo run >>ran')))
      const codes = await Promise.all(children.map(ended))
      assert.deepEqual(codes.sort(), [0, ...Array.from({length: 5}, () => FENCE_EXIT)])
      assert.equal(job.read('ran'), 'run\n')
    })

    it('needs the job directory: without it 125, and nothing is run', () => {
      assert.equal(job.run(sh(`touch ${job.root}/mark`), {GOD_OUT: join(job.root, 'gone')}), FENCE_EXIT)
      assert.equal(existsSync(join(job.root, 'mark')), false)
    })
  })

  describe('the command', () => {
    it('that PATH does not have ends with 127 and says so', () => {
      assert.equal(job.run(['no-such-program']), 127)
      assert.match(job.read('god.err'), /no-such-program: no such program in PATH/)
      assert.equal(job.read('started.1/exit'), '127\n')
    })

    it('that is no file ends with 127', () => {
      assert.equal(job.run([join(job.root, 'nothing')]), 127)
      assert.notEqual(job.read('god.err'), '')
    })

    it('that may not be executed ends with 126', () => {
      assert.equal(job.run([job.program(join(job.root, 'plain'), '#!/bin/sh\nexit 0\n', 0o644)]), 126)
      assert.notEqual(job.read('god.err'), '')
      assert.equal(job.read('started.1/exit'), '126\n')
    })

    it('of a name is the first program of that name in PATH: no folder, no plain file, no applet', () => {
      for (const name of ['a', 'b', 'c d', 'e']) mkdirSync(join(job.root, name))
      mkdirSync(join(job.root, 'a', 'sort'))
      job.program(join(job.root, 'b', 'sort'), '#!/bin/sh\nexit 41\n', 0o644)
      job.program(join(job.root, 'c d', 'sort'), '#!/bin/sh\nexit 42\n')
      job.program(join(job.root, 'e', 'sort'), '#!/bin/sh\nexit 43\n')
      const path = ['a', 'b', 'c d', 'e'].map(name => join(job.root, name)).join(':')
      assert.equal(job.run(['sort'], {PATH: `${path}:/usr/bin:/bin`}), 42)
    })

    it('is looked for in the folder it works in where PATH says so, and only there', () => {
      job.program(join(job.out, 'here'), '#!/bin/sh\nexit 44\n')
      assert.equal(job.run(['here']), 127)
      assert.equal(job.run(['here'], {PATH: '/usr/bin:/bin:', GOD_ATTEMPT: '2'}), 44)
      assert.equal(job.run(['./here'], {GOD_ATTEMPT: '3'}), 44)
    })

    it('is found although PATH has marks of a pattern', () => {
      mkdirSync(join(job.root, '[x]*'))
      job.program(join(job.root, '[x]*', 'odd'), '#!/bin/sh\nexit 45\n')
      assert.equal(job.run(['odd'], {PATH: `${join(job.root, '[x]*')}:/usr/bin:/bin`}), 45)
    })

    it('has nothing to read, works where it was asked to, and sees nothing of the wrapper', () => {
      mkdirSync(join(job.root, 'cwd'))
      assert.equal(job.run(sh('cat; pwd; env'), {GOD_CWD: join(job.root, 'cwd'), GOD_JOB_ID: '42'}), 0)
      const lines = job.read('god.log').split('\n')
      assert.equal(lines[0], join(job.root, 'cwd'))
      const names = lines.slice(1, -1).map(line => line.split('=')[0] ?? '')
      assert.deepEqual(names.filter(name => name.startsWith('GOD')).sort(), ['GOD_ATTEMPT', 'GOD_JOB_ID'])
    })

    it('keeps the variables of its user, also those with names that a script might use', () => {
      const mine = {
        dir: 'd',
        found: 'f',
        CDPATH: '/',
        ENV: '/nothing',
        rc: '',
        x: 'a\n b',
      }
      assert.equal(job.run(['env', '-0'], mine), 0)
      const seen = new Set(job.read('god.log').split('\0'))
      for (const [name, value] of Object.entries(mine)) assert.ok(seen.has(`${name}=${value}`), name)
    })

    it('is not run in a folder that is not there: 126', () => {
      assert.equal(job.run(sh('touch mark'), {GOD_CWD: join(job.root, 'gone')}), 126)
      assert.equal(job.has('mark'), false)
      assert.notEqual(job.read('god.err'), '')
      assert.equal(job.read('started.1/exit'), '126\n')
    })
  })

  describe('the output', () => {
    const both = sh('echo out; echo err >&2')

    it('goes to god.log and god.err', () => {
      job.run(both)
      assert.deepEqual([job.read('god.log'), job.read('god.err')], ['out\n', 'err\n'])
    })

    it('goes to other files, relative ones from the job directory, wherever the command works', () => {
      mkdirSync(join(job.out, 'sub'))
      job.run(both, {GOD_STDOUT: 'sub/my out', GOD_STDERR: join(job.root, 'my err'), GOD_CWD: '/'})
      assert.equal(job.read('sub/my out'), 'out\n')
      assert.equal(readFileSync(join(job.root, 'my err'), 'utf8'), 'err\n')
      assert.deepEqual([job.read('god.log'), job.read('god.err')], ['', ''])
    })

    it('of both kinds may go to one file, and none of it is overwritten', () => {
      job.run(sh('echo 1; echo 2 >&2; echo 3'), {GOD_STDOUT: 'all', GOD_STDERR: 'all'})
      assert.equal(job.read('all'), '1\n2\n3\n')
    })

    it('begins anew, also in a file that was there', () => {
      writeFileSync(join(job.out, 'old'), 'x'.repeat(1000))
      job.run(both, {GOD_STDOUT: 'old'})
      assert.equal(job.read('old'), 'out\n')
    })

    for (const [what, variable] of [
      ['standard output', 'GOD_STDOUT'],
      ['standard error', 'GOD_STDERR'],
    ] as const) {
      for (const [where, path] of [
        ['a folder that is not there', 'no/such/file'],
        ['a folder', '.'],
      ] as const) {
        it(`that cannot be written (${what} is ${where}) ends the job with 126, told in god.err`, () => {
          assert.equal(job.run(sh('touch mark'), {[variable]: path}), 126)
          assert.equal(job.has('mark'), false)
          assert.notEqual(job.read('god.err'), '')
          assert.equal(job.read('started.1/exit'), '126\n')
          assert.match(job.read('god.info'), /^\d+\n\d+\n$/)
        })
      }
    }

    it('that cannot be told in god.err either still ends with 126 and the exit file', () => {
      mkdirSync(join(job.out, 'god.err'))
      assert.equal(job.run(sh('exit 0')), 126)
      assert.equal(job.read('started.1/exit'), '126\n')
    })
  })

  describe('the paths', () => {
    it('may be relative to where the wrapper begins, as in an executor that enters the job directory', () => {
      assert.equal(job.run(sh('pwd; exit 5'), {GOD_OUT: '.', GOD_CWD: '.'}, job.out), 5)
      assert.deepEqual([job.read('god.log'), job.read('started.1/exit')], [`${job.out}\n`, '5\n'])
    })

    it('of a user in CDPATH lead nowhere', () => {
      const trap = join(job.root, 'trap')
      mkdirSync(join(trap, 'started.1'), {recursive: true})
      assert.equal(job.run(sh('exit 5'), {CDPATH: trap}), 5)
      assert.equal(job.read('started.1/exit'), '5\n')
      assert.deepEqual(readdirSync(join(trap, 'started.1')), [])
    })

    it('may hold blanks and quotes', () => {
      const odd = join(job.root, `it's "odd"  $x`)
      mkdirSync(odd)
      assert.equal(job.run(sh('pwd'), {GOD_OUT: odd, GOD_CWD: odd}), 0)
      assert.equal(readFileSync(join(odd, 'god.log'), 'utf8'), `${odd}\n`)
      assert.ok(statSync(join(odd, 'started.1', 'exit')).isFile())
    })
  })
})
