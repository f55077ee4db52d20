/** What an operator counts: how it is written, what a job takes of it, and what is refused. */
import assert from 'node:assert/strict'
import {admit} from '../../src/core/admission.js'
import {epoch} from '../../src/core/brand.js'
import {
  checkCounted,
  isCountedName,
  readCounted,
  resourcesOf,
  withDefaults,
  withOther,
} from '../../src/core/counted.js'
import {chargeOf} from '../../src/core/fair-share/charge.js'
import {parseRecord} from '../../src/core/job.js'
import {parseJobForm} from '../../src/core/job-form.js'
import {withWords} from '../../src/core/node/words.js'
import {parseSections} from '../../src/core/settings/sections.js'
import {admissionPolicy, parseSettings} from '../../src/core/settings/settings.js'
import {updateJob} from '../../src/core/update-job.js'
import {addSums, sumsOfJob} from '../../src/core/usage/accounting.js'
import {ANN, amounts, aNode, aRecord, aWish, later, NOW, TOK, UTC} from './builders.js'

const linesOf = (lines: readonly string[]) =>
  lines.map((line, i) => {
    const cut = line.indexOf(' = ')
    return {key: line.slice(0, cut), value: line.slice(cut + 3), origin: `go-d.ini:${i + 1}`}
  })

const sectionsOf = (...lines: readonly string[]) => parseSections(linesOf(lines))

const SITE = [
  'resource.fpga.scope = node',
  'resource.scratch.amount = 100',
  'resource.scratch.max_job = 40',
  'resource.slot.amount = 8',
  'resource.slot.default_job = 1',
  'resource.seat.scope = site',
  'resource.seat.amount = 3',
  'node.n1.resources = fpga=2, scratch=50',
]

const policy = () => admissionPolicy(parseSettings(linesOf(SITE)), {images: false}, true)
const nodes = () => withWords([aNode('n1', 8), aNode('n2', 8)], sectionsOf(...SITE))

const admitted = (counted: Readonly<Record<string, number>>) =>
  admit(
    {
      ...{id: 7 as never, tok: TOK, account: ANN, groups: new Map(), operator: false, now: NOW},
      epoch: epoch(1),
      wish: aWish({counted}),
    },
    policy(),
    nodes(),
  )

const recordOf = (counted: Readonly<Record<string, number>>) => {
  const found = admitted(counted)
  return 'record' in found ? found.record : assert.fail(found.message)
}

const refusalOf = (counted: Readonly<Record<string, number>>): string => {
  const found = admitted(counted)
  return 'record' in found ? assert.fail('it was admitted') : `${found.code}: ${found.message} ${found.hint}`
}

describe('what an operator counts', () => {
  it('is on each node as many as he says for all, or for that one', () => {
    assert.deepEqual(
      nodes().map(({capacity}) => capacity.counted),
      [
        {fpga: 2, scratch: 50, slot: 8},
        {scratch: 100, slot: 8},
      ],
    )
  })

  it('has kinds in an order of its own: those of nodes, then those that the nodes share', () => {
    const {space} = sectionsOf(...SITE)
    assert.deepEqual(space.kinds, ['cpus', 'memory', 'gpus', 'fpga', 'scratch', 'slot', 'seat'])
    assert.deepEqual([space.ofNode, space.shared], [6, [0, 0, 0, 0, 0, 0, 3]])
  })

  it('that is written wrongly is told with its line', () => {
    for (const line of [
      ...['resource.cpus.amount = 1', 'resource.constructor.amount = 1', 'resource.a b.amount = 1'],
      ...['resource.x.amount = -1', 'resource.x.amount = many', 'resource.x.scope = rack'],
      ...['resource.x.weight = 2', 'resource.x.colour = red', 'node.n1.resources = x=1'],
      ...['node.n1.resources = x', 'node.n1.resources = =1'],
    ])
      assert.throws(() => sectionsOf(line), {code: 'E_CONFIG_BAD', message: /go-d\.ini:1: /}, line)
    assert.throws(() => sectionsOf('resource.seat.scope = site', 'node.n1.resources = seat=1'), {
      message: /go-d\.ini:2: seat is of the whole site/,
    })
  })

  it('may be called anything that is a key of records and no flag of its own', () => {
    assert.deepEqual(['fpga', 'A-1', '9', 'x'.repeat(32)].map(isCountedName), [true, true, true, true])
    assert.deepEqual(
      ['', '-x', '_x', 'a.b', 'a b', 'gpu', 'mem', 'prototype', 'x'.repeat(33)].filter(isCountedName),
      [],
    )
  })
})

describe('what a job asks for of it', () => {
  it('is written NAME=N, or NAME for one, each name once', () => {
    assert.deepEqual(readCounted('seat=2, fpga'), {fpga: 1, seat: 2})
    for (const bad of ['', 'seat=', 'seat=-1', 'seat=1.5', 'seat=1,seat=2', 'gpu=1', '=1', 'seat=1234567890'])
      assert.equal(typeof readCounted(bad), 'string', bad)
  })

  it('stands in the JSON form by the names', () => {
    const wish = parseJobForm('{"argv":["x"],"resources":{"seat":2,"fpga":1}}', UTC)
    assert.deepEqual(wish, {command: {kind: 'argv', argv: ['x']}, counted: {fpga: 1, seat: 2}})
    for (const bad of ['"seat"', '{"seat":"x"}', '{"seat":-1}', '[1]', '{"cpus":1}']) {
      const refused = parseJobForm(`{"argv":["x"],"resources":${bad}}`, UTC)
      assert.ok('code' in refused && refused.code === 'E_SPEC_BAD', bad)
    }
  })

  it('is recorded with what the site gives to who says nothing, and can be none of that', () => {
    assert.deepEqual(recordOf({seat: 2, fpga: 1}).counted, {fpga: 1, seat: 2, slot: 1})
    assert.deepEqual(recordOf({}).counted, {slot: 1})
    assert.equal('counted' in recordOf({slot: 0}), false)
    assert.deepEqual(recordOf({seat: 1}).resources, {cpus: 1000, memory: 512 * 1024 ** 2, gpus: 0})
  })

  it('is refused where nobody counts it, where it is too much for one job, and where it never fits', () => {
    assert.match(
      refusalOf({sets: 1}),
      /^E_RESOURCE_UNKNOWN: this site counts no 'sets' It counts: fpga, scratch, slot, seat\.$/,
    )
    assert.match(refusalOf({scratch: 41}), /^E_LIMIT: the job asks for 41 scratch; the site allows 40/)
    assert.match(
      refusalOf({fpga: 3}),
      /^E_RESOURCES_NEVER: the job asks for 3 fpga, but no node has all it asks for; the largest \(n1\) has 2 fpga/,
    )
    assert.match(
      refusalOf({seat: 4}),
      /^E_RESOURCES_NEVER: the job asks for 4 seat, but the whole site has 3/,
    )
    const none = checkCounted({x: 1}, new Map())
    assert.match(none?.hint ?? '', /nothing besides cpus, memory and gpus/)
  })

  it('is none in records of an older god', () => {
    const parsed = parseRecord(aRecord())
    assert.ok(parsed.ok && parsed.value.counted === undefined)
    assert.deepEqual(resourcesOf(aRecord({counted: {}})), aRecord().resources)
  })

  it('counts in fair share as the largest part of the site, by its weight', () => {
    const capacity = {...amounts(64, 256), counted: {seat: 4, fpga: 0}}
    const job = {...amounts(1, 4), counted: {seat: 2, fpga: 1}}
    assert.equal(chargeOf(job, capacity), 32_000)
    assert.equal(chargeOf(job, capacity, new Map([['seat', 0]])), 1000)
    assert.equal(chargeOf(job, capacity, new Map([['seat', 0.25]])), 8000)
  })

  it('is summed up by its name for as long as it was kept', () => {
    const ended = {state: 'done' as const, started: NOW, ended: later(90_000)}
    const one = sumsOfJob(aRecord({...ended, counted: {fpga: 2}}))
    assert.deepEqual(one.countedKept, {fpga: 180})
    assert.equal('countedKept' in sumsOfJob(aRecord(ended)), false)
    const all = addSums([one, sumsOfJob(aRecord(ended)), sumsOfJob(aRecord({...ended, counted: {seat: 1}}))])
    assert.deepEqual(
      all.map(({countedKept}) => countedKept),
      [{fpga: 180, seat: 90}],
    )
    const far = later(1e10)
    const huge = sumsOfJob(aRecord({...ended, ended: far, counted: {fpga: 999_999_999}}))
    assert.equal(addSums([huge, huge])[0]?.countedKept?.fpga, Number.MAX_SAFE_INTEGER)
  })

  it('becomes other by an update, name by name', () => {
    assert.deepEqual(withOther({fpga: 1, slot: 1}, {fpga: 0, seat: 2}), {seat: 2, slot: 1})
    assert.deepEqual(withDefaults(undefined, sectionsOf(...SITE).resources), {slot: 1})
    const judged: unknown[] = []
    const rules = {
      operator: false,
      judge: (next: object) => {
        judged.push(next)
        return null
      },
    }
    const update = (counted: Readonly<Record<string, number>>) =>
      updateJob(aRecord({counted: {slot: 1}}), {set: {counted}} as never, undefined, rules, NOW)
    const found = update({seat: 2})
    assert.ok(found.kind === 'change')
    assert.deepEqual(found.change.counted, {seat: 2, slot: 1})
    assert.equal(found.change.reason?.text, 'updated: seat=2 slot=1')
    assert.equal(judged.length, 1)
    assert.equal(update({slot: 1}).kind, 'already')
    const none = update({slot: 0})
    assert.ok(none.kind === 'change')
    assert.deepEqual(none.change.counted, {})
  })
})
