import assert from 'node:assert/strict'
import fc from 'fast-check'
import type {Wish} from '../../src/core/job.js'
import {FORM_KEYS, type FormDefaults, parseJobForm} from '../../src/core/job-form.js'
import {anyOf, anyText, damaged, NOW, UTC} from './builders.js'

const read = (form: unknown, defaults: FormDefaults = {}): Wish => {
  const wish = parseJobForm(typeof form === 'string' ? form : JSON.stringify(form), UTC, defaults)
  if ('code' in wish) assert.fail(`${wish.code}: ${wish.message}`)
  return wish
}

const ARGV = {argv: ['true']}
const TRUE = {command: {kind: 'argv', argv: ['true']}}

describe('the JSON form of a job', () => {
  const good: readonly (readonly [string, unknown, unknown])[] = [
    ['a command alone', ARGV, TRUE],
    [
      'all that it may have',
      {
        name: 'träining',
        image: 'a:b',
        argv: ['sh', '-c', 'echo "ж"'],
        cpus: 1.5,
        mem: 512,
        time: 30,
        env: {A: 'b', EMPTY: ''},
        labels: {lab: 'x'},
        workdir: '/w',
        output: '%j.log',
        error: '%j.err',
        hold: true,
      },
      {
        name: 'träining',
        image: 'a:b',
        command: {kind: 'argv', argv: ['sh', '-c', 'echo "ж"']},
        cpus: 1500,
        memory: 512 * 1024 ** 2,
        walltime: 1800,
        env: {A: 'b', EMPTY: ''},
        labels: {lab: 'x'},
        workdir: '/w',
        output: '%j.log',
        error: '%j.err',
        hold: true,
      },
    ],
    [
      'amounts as text, as on the command line',
      {...ARGV, cpus: '0.5', mem: '2G', time: '1:30:00'},
      {...TRUE, cpus: 500, memory: 2 * 1024 ** 3, walltime: 5400},
    ],
    [
      'its place in the queue, as numbers or text',
      {...ARGV, nice: 5, priority: '-7', begin: 'now+2h'},
      {...TRUE, nice: 5, priority: -7, begin: NOW + 7_200_000},
    ],
    [
      'a bare number as text',
      {...ARGV, mem: '3', time: '2'},
      {...TRUE, memory: 3 * 1024 ** 2, walltime: 120},
    ],
    [
      'a script',
      {script: '#!/bin/sh\ntrue\n'},
      {command: {kind: 'script', text: '#!/bin/sh\ntrue\n', args: []}},
    ],
    [
      'a script with arguments',
      {script: '#!/bin/sh\n', args: ['a b', '']},
      {command: {kind: 'script', text: '#!/bin/sh\n', args: ['a b', '']}},
    ],
    ['space around it', ` ${JSON.stringify(ARGV)}\r`, TRUE],
  ]
  for (const [what, form, wish] of good) it(`takes ${what}`, () => assert.deepEqual(read(form), wish))

  it('has what it does not say from the flags beside it; of variables and labels each by itself', () => {
    const defaults: FormDefaults = {
      name: 'n',
      cpus: 2000,
      hold: true,
      env: {A: 'flag', B: 'flag'},
      labels: {l: 'flag'},
    }
    assert.deepEqual(read(ARGV, defaults), {...TRUE, ...defaults})
    const form = {...ARGV, cpus: 1, hold: false, env: {A: 'line', C: 'line'}, name: 'mine'}
    assert.deepEqual(read(form, defaults), {
      ...TRUE,
      name: 'mine',
      cpus: 1000,
      hold: false,
      env: {A: 'line', B: 'flag', C: 'line'},
      labels: {l: 'flag'},
    })
  })

  const bad: readonly (readonly [string, unknown, string, RegExp])[] = [
    ['no JSON', 'true x', 'E_SPEC_BAD', /not JSON/],
    ['half of one', '{"argv":["a"]', 'E_SPEC_BAD', /not JSON/],
    ['two on a line', '{"argv":["a"]}{"argv":["a"]}', 'E_SPEC_BAD', /not JSON/],
    ['a NUL', '{"argv":["a"]}\0', 'E_SPEC_BAD', /not JSON/],
    ['a list', [ARGV], 'E_SPEC_BAD', /one JSON object/],
    ['text', '"true"', 'E_SPEC_BAD', /one JSON object/],
    ['null', 'null', 'E_SPEC_BAD', /one JSON object/],
    ['a key twice', '{"argv":["a"],"argv":["b"]}', 'E_SPEC_BAD', /"argv" stands twice/],
    ['a key of the prototype', '{"argv":["a"],"__proto__":{}}', 'E_SPEC_BAD', /not allowed/],
    ['an inherited key', '{"argv":["a"],"toString":1}', 'E_SPEC_BAD', /no key 'toString'/],
    ['an unknown key', {...ARGV, cpu: 1}, 'E_SPEC_BAD', /no key 'cpu'/],
    ['the key of the record', {...ARGV, memory: 1}, 'E_SPEC_BAD', /no key 'memory'/],
    ['a key of later', {...ARGV, mail: 1}, 'E_SPEC_BAD', /'mail' is not supported by this version/],
    ['no command', {name: 'x'}, 'E_COMMAND_EMPTY', /no command/],
    ['an empty command', {argv: []}, 'E_COMMAND_EMPTY', /no command/],
    ['a command as text', {argv: 'true'}, 'E_SPEC_BAD', /argv: a list of texts/],
    ['a number in a command', {argv: ['sleep', 5]}, 'E_SPEC_BAD', /argv: a list of texts/],
    ['two commands', {...ARGV, script: '#!/bin/sh'}, 'E_SPEC_BAD', /both given/],
    ['the path of a script', {script: './run.sh'}, 'E_SPEC_BAD', /begins with #!/],
    ['arguments without a script', {...ARGV, args: ['x']}, 'E_SPEC_BAD', /args belong to a script/],
    ['arguments that are none', {script: '#!x', args: 'x'}, 'E_SPEC_BAD', /args: a list of texts/],
    ['memory in another unit', {...ARGV, mem: '5Q'}, 'E_AMOUNT_BAD', /'5Q' is no amount of memory/],
    ['no cpus', {...ARGV, cpus: 0}, 'E_AMOUNT_BAD', /'0' is no number of cpus/],
    ['less than no cpus', {...ARGV, cpus: -1}, 'E_AMOUNT_BAD', /'-1' is no number/],
    ['a huge time', {...ARGV, time: 1e300}, 'E_AMOUNT_BAD', /is no time/],
    ['half a minute', {...ARGV, time: 0.5}, 'E_AMOUNT_BAD', /'0.5' is no time/],
    ['an amount that is a list', {...ARGV, mem: [1]}, 'E_SPEC_BAD', /mem: a number or text/],
    ['an amount that is null', {...ARGV, time: null}, 'E_SPEC_BAD', /time: a number or text/],
    ['a name that is a number', {...ARGV, name: 7}, 'E_SPEC_BAD', /name: text/],
    ['variables in a list', {...ARGV, env: ['A=b']}, 'E_SPEC_BAD', /env: an object/],
    ['a variable that is a number', {...ARGV, env: {N: 5}}, 'E_SPEC_BAD', /env\.N: text/],
    ['a label that is null', {...ARGV, labels: {l: null}}, 'E_SPEC_BAD', /labels\.l: text/],
    ['a priority out of bounds', {...ARGV, priority: 1001}, 'E_AMOUNT_BAD', /'1001' is no priority/],
    ['half a nice value', {...ARGV, nice: 0.5}, 'E_AMOUNT_BAD', /'0.5' is no nice value/],
    ['a begin time as a number', {...ARGV, begin: 5}, 'E_SPEC_BAD', /begin: text/],
    ['a begin time that is none', {...ARGV, begin: 'soon'}, 'E_AMOUNT_BAD', /'soon' is no time/],
    ['half held', {...ARGV, hold: 'yes'}, 'E_SPEC_BAD', /hold: true or false/],
  ]
  for (const [what, form, code, message] of bad) {
    it(`refuses ${what}`, () => {
      const no = parseJobForm(typeof form === 'string' ? form : JSON.stringify(form), UTC)
      assert.ok('code' in no, 'taken')
      assert.equal(no.code, code)
      assert.match(no.message, message)
    })
  }

  it('names the key that was meant, or all', () => {
    const hint = (key: string): string => {
      const no = parseJobForm(JSON.stringify({...ARGV, [key]: 1}), UTC)
      return 'code' in no ? no.hint : ''
    }
    assert.equal(hint('cpu'), 'Did you mean cpus?')
    assert.equal(hint('label'), 'Did you mean labels?')
    for (const key of FORM_KEYS) assert.match(hint('zzzzzzzzzz'), new RegExp(`\\b${key}\\b`))
  })

  it('of any text is a wish or a reason, never an exception (R16)', () => {
    const whole = JSON.stringify({name: 'x', argv: ['a'], cpus: 1, env: {A: 'b'}, hold: true, mem: '1G'})
    const near = anyOf(
      ...['{', '}', '[', ']', ',', ':', '"argv":', '"x"', '"cpus":1', '"script":"#!"', '"env":{}'],
      ...['"mem":null', '"__proto__":', '1e999', '-0', 'true'],
    )
    fc.assert(
      fc.property(fc.oneof(near, damaged(whole), anyText), text => {
        const answer = parseJobForm(text, UTC)
        if ('code' in answer) assert.ok(answer.message.length > 0)
        else assert.ok(answer.command.kind === 'argv' || answer.command.text.startsWith('#!'))
      }),
      {numRuns: 10_000},
    )
  })
})
