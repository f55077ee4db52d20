/** R16: what chooses jobs and shows them, and the words of an argument list. */
import assert from 'node:assert/strict'
import type {JobView} from '../../src/cli/jobs/job-view.js'
import {viewOfRecord} from '../../src/cli/jobs/job-view.js'
import {filterTest, NO_FILTERS} from '../../src/cli/jobs/listing.js'
import {endAtOperand, type FlagShape, markValues, operandsOf, unmarkValues} from '../../src/cli/operands.js'
import {parseTemplate, renderTemplate} from '../../src/cli/screen/template.js'
import {parseField, parseFields, sortJobs} from '../../src/cli/stat/fields.js'
import {parseMoment} from '../../src/cli/stat/stat.js'
import {wishOf} from '../../src/cli/submit/wish.js'
import {jobId, MAX_ID} from '../../src/core/brand.js'
import {parseSelector} from '../../src/core/selector.js'
import {aRecord, aRunning, NOW, UTC} from '../core/builders.js'
import {fuzzed} from './fuzz.js'

const JOBS: readonly JobView[] = [aRecord(), aRunning({id: jobId(43)})].map(record =>
  viewOfRecord(record, new Map()),
)

const FIELDS = ['id', 'name', 'state', 'memory', 'cpus_now', 'where', 'wide']

const FLAGS: readonly FlagShape[] = [
  {name: 'name', char: 'J', takesValue: true},
  {name: 'env', char: 'E', takesValue: true},
  {name: 'hold', char: 'H', takesValue: false},
  {name: 'json', takesValue: false},
]

const FLAG_WORDS = ['-J', '--name', '--name=', '-H', '--hold', '-HJ', '-Jx', '--', '-', 'sh', ' ', '--json']

const NO_FLAGS = {
  ...{name: undefined, image: undefined, cpus: undefined, mem: undefined, time: undefined},
  ...{
    output: undefined,
    error: undefined,
    array: undefined,
    depend: undefined,
    retry: undefined,
    volume: undefined,
    project: undefined,
    queue: undefined,
    gpus: undefined,
    resource: undefined,
    constraint: undefined,
    workdir: undefined,
    hold: false,
    begin: undefined,
    nice: undefined,
    priority: undefined,
    key: undefined,
    cron: undefined,
    overlap: false,
    root: false,
    env: undefined,
    label: undefined,
  },
}

describe('R16: choices of jobs', () => {
  fuzzed({
    name: 'selector',
    parse: parseSelector,
    good: ['12', '12-20', 'last', '@train', '2147483647', '12[3-9]', '12_3-9'],
    words: ['0', '1', '12', '-', '@', 'last', '[', ']', '_', ',', '2147483648'],
    holds: selector => {
      if (selector.kind === 'id') assert.ok(selector.id >= 1 && selector.id <= MAX_ID)
      if (selector.kind === 'range') assert.ok(selector.from <= selector.to && selector.to <= MAX_ID)
    },
  })

  fuzzed({
    name: 'state',
    parse: word => filterTest({...NO_FILTERS, states: [word]}),
    good: ['pending', 'active', 'over', 'all'],
    words: ['pend', 'ing', 'active', 'all', 'toString', '__proto__'],
    holds: (test, word) => {
      const known =
        /^(pending|held|starting|running|suspended|stopping|done|failed|killed|timeout|oom|lost|refused)$/
      assert.ok(known.test(word) || ['active', 'over', 'all'].includes(word), `'${word}' is no state`)
      assert.equal(typeof JOBS.map(test)[0], 'boolean')
    },
  })

  fuzzed({
    name: 'label',
    throws: 'nothing',
    parse: text => JOBS.filter(filterTest({...NO_FILTERS, labels: [text]})).length,
    good: ['lab=Blüte', 'tier', '='],
    words: ['a', '=', '__proto__', 'toString'],
    holds: found => assert.equal(found, 0, 'they have no labels'),
  })

  fuzzed({
    name: 'moment',
    parse: text => parseMoment(text, NOW),
    good: ['2h', '1d', '2026-01-31', '2026-01-31T12:00Z', '2026-01-31T12:00:00.000+02:00'],
    words: ['2026', '-', '01', '31', 'T', ':', 'Z', '00', '+02:00', 'h', 'd', 's', ' '],
    holds: at => assert.ok(Number.isFinite(at) && !Number.isNaN(new Date(at).getTime()), String(at)),
  })

  fuzzed({
    name: 'column',
    parse: parseField,
    good: FIELDS.slice(0, -1),
    words: FIELDS,
  })

  fuzzed({
    name: 'columns',
    parse: parseFields,
    good: ['id,name', 'wide', 'id, state'],
    words: [...FIELDS, ',', ' '],
  })

  fuzzed({
    name: 'order',
    parse: text => sortJobs(JOBS, text, NOW).length,
    good: ['id', '-time', '-submitted', 'where'],
    words: [...FIELDS, '-'],
    holds: found => assert.equal(found, JOBS.length),
  })

  fuzzed({
    name: 'template',
    parse: text => renderTemplate(parseTemplate(text), JOBS, NOW),
    good: ['{{id}} {{state}}', '{{ name }}\\t{{where}}\\n', '\\\\'],
    words: ['{{', '}}', 'id', 'state', '\\t', '\\', ' ', '{', '}'],
  })
})

describe('R16: an argument list', () => {
  fuzzed({
    name: 'operands',
    throws: 'nothing',
    parse: text => {
      const argv = text.split(' ')
      const ended = endAtOperand(argv, FLAGS)
      const flags: Record<string, unknown> = {all: [...markValues(argv, FLAGS)]}
      unmarkValues(flags)
      return {argv, ended, marked: markValues(argv, FLAGS), operands: operandsOf(ended)}
    },
    good: ['-J x -- sh -c id', '--name=-x -H sh', '-HJ -x - a', '-E A=1 --json -- -- x'],
    words: FLAG_WORDS,
    holds: ({argv, ended, marked}) => {
      const added = ended.length - argv.length
      assert.ok(added === 0 || added === 1)
      if (added === 1)
        assert.deepEqual(
          [...ended.slice(0, ended.indexOf('--')), ...ended.slice(ended.indexOf('--') + 1)],
          argv,
        )
      assert.deepEqual(
        marked.map(word => word.replaceAll('\0', '')),
        argv.map(word => word.replaceAll('\0', '')),
      )
    },
  })

  fuzzed({
    name: 'wish',
    parse: text => {
      const [env = '', label = '', cpus, mem, time] = text.split('\n')
      const wish = wishOf(
        {...NO_FLAGS, env: [env], label: [label], cpus, mem, time},
        ['sh'],
        {
          kind: 'argv',
          argv: ['sh'],
        },
        UTC,
      )
      return [...Object.entries(wish.env ?? {}), ...Object.entries(wish.labels ?? {})]
    },
    good: ['A=1\nlab=x\n1\n64M\n30', '__proto__=1\n__proto__=2', 'PATH\nx'],
    words: ['\n', '=', 'A', '__proto__', 'constructor', '1', '64M', '30', 'PATH'],
    holds: pairs => assert.ok(pairs.flat().every(word => typeof word === 'string')),
  })
})
