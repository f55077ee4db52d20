/** Labels that a job wants its node to have: how they are written, what is refused at once, and what a pass does. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import createFifo from '../../../plugins/scheduler-fifo/src/index.js'
import {settleWish} from '../../../src/core/admission.js'
import {parseRecord} from '../../../src/core/job.js'
import {parseJobForm} from '../../../src/core/job-form.js'
import {constraintText, readConstraint, whereOf} from '../../../src/core/node/constraint.js'
import {readLabels} from '../../../src/core/node/label.js'
import {withWords} from '../../../src/core/node/words.js'
import {schedule} from '../../../src/core/schedule.js'
import {parseSections} from '../../../src/core/settings/sections.js'
import {parseStrictJson} from '../../../src/core/strict-json.js'
import {SETTINGS} from '../../support/world.js'
import {amounts, aNode, anyText, aPending, aRecord, aWish, NOW, UTC} from '../builders.js'

const NODES = [
  {...aNode('n1', 4), labels: {rack: '1', gpu: 'a100'}},
  {...aNode('n2', 4), labels: {rack: '2'}},
  aNode('n3', 8),
]

const policy = (...lines: readonly string[]) => ({
  ...SETTINGS.admission,
  sections: parseSections(
    lines.map(line => {
      const cut = line.indexOf(' = ')
      return {key: line.slice(0, cut), value: line.slice(cut + 3), origin: 'go-d.ini:1'}
    }),
  ),
})

const settled = (constraint: Record<string, string>, queue = 'default', nodes = NODES) => {
  const answer = settleWish(aWish({constraint, queue}), policy('queue.q.nodes = n2, n3'), nodes)
  return 'code' in answer ? [answer.code, answer.message, answer.hint] : answer.constraint
}

describe('a constraint', () => {
  it('is read as pairs with commas between, and shown so', () => {
    assert.deepEqual(readConstraint('rack=1, gpu = a100'), {labels: {rack: '1', gpu: 'a100'}})
    assert.equal(constraintText({rack: '1', gpu: 'a100'}), 'rack=1,gpu=a100')
    assert.deepEqual(parseJobForm('{"argv":["x"],"constraint":"rack=1"}', UTC), {
      command: {kind: 'argv', argv: ['x']},
      constraint: {rack: '1'},
    })
  })

  it('that is no such pairs is refused with the word that is wrong', () => {
    for (const [text, why] of [
      ['rack', "'rack' is no KEY=VALUE"],
      ['rack=', "'rack=' is no KEY=VALUE"],
      ['=1', "'=1' is no KEY=VALUE"],
      ['rack=1,rack=2', "'rack' stands twice"],
      ['a=1,,b=2', "'' is no KEY=VALUE"],
      ['a b=1', "'a b' is no name of a label"],
      ['constructor=1', "'constructor' is no name of a label"],
      ['__proto__=1', "'__proto__' is no name of a label"],
      ['a=b=c', "'a=b=c' is no KEY=VALUE"],
    ] as const) {
      const read = readConstraint(text)
      assert.ok('refusal' in read, text)
      assert.equal(read.refusal.message, `constraint: '${text}' cannot be read: ${why}`)
    }
  })

  it('that can be read can be kept in a record', () => {
    const word = fc.oneof(anyText, fc.constantFrom('a=1', 'rack=b', 'x/y.z=1 2', '=', ','))
    fc.assert(
      fc.property(fc.array(word, {maxLength: 3}), words => {
        const labels = readLabels(words.join(','))
        if (typeof labels === 'string') return
        const json = parseStrictJson(JSON.stringify(aRecord({constraint: labels})))
        assert.ok(json.ok)
        const parsed = parseRecord(json.value)
        assert.deepEqual(parsed.ok && parsed.value.constraint, labels)
      }),
    )
  })

  it('that no node has is refused with what there is of it', () => {
    assert.deepEqual(settled({rack: '9'}), [
      'E_NODE_NEVER',
      'no node has rack=9',
      'Nodes have: rack=1, rack=2.',
    ])
    assert.deepEqual(settled({rack: '2', gpu: 'a100'})?.[1 as never], 'no node has rack=2 and gpu=a100')
    assert.deepEqual(settled({colour: 'red'})?.[2 as never], 'Nodes have: gpu=a100, rack=1, rack=2.')
    assert.deepEqual(settled({rack: '1'}, 'q')?.[1 as never], 'no node of its queue has rack=1')
    assert.deepEqual(settled({rack: '1'}, 'q')?.[2 as never], 'Nodes have: rack=2.')
    assert.deepEqual(
      settled({rack: '9'}, 'default', [aNode('n3', 8)])?.[2 as never],
      'The nodes have no labels.',
    )
  })

  it('that some node has is kept, and as long as no node is known nothing is said', () => {
    assert.deepEqual(settled({rack: '2'}), {rack: '2'})
    assert.deepEqual(settled({rack: '9'}, 'default', []), {rack: '9'})
  })

  it('counts where it is asked whether the job fits anywhere', () => {
    const big = settleWish(aWish({constraint: {rack: '1'}, cpus: 6000}), policy(), NODES)
    assert.ok(
      'code' in big && big.code === 'E_RESOURCES_NEVER' && /largest \(n1\) has 4 cpus/.test(big.message),
    )
  })
})

describe('the operator’s word on a node', () => {
  it('adds labels to those of the executor, and is the last', () => {
    const {nodes} = policy('node.n1.labels = rack=7, disk=ssd', 'node.other.labels = a=b').sections
    assert.deepEqual(
      withWords(NODES, {nodes, resources: new Map()}).map(({labels}) => labels),
      [{rack: '7', gpu: 'a100', disk: 'ssd'}, {rack: '2'}, {}],
    )
  })

  it('that cannot be read is told with its line', () => {
    assert.throws(() => policy('node.n1.labels = rack'), {code: 'E_CONFIG_BAD', message: /go-d\.ini:1: /})
  })
})

describe('a pass with constraints', () => {
  it('starts a job on a node that has all its labels, and says where none takes work', () => {
    const job = (id: number, labels: Record<string, string>) =>
      aPending(id, amounts(1), whereOf(labels) as never)
    const {starts, waits} = schedule(
      {
        ...{now: NOW, nodes: NODES, allocations: []},
        pending: [job(1, {rack: '2'}), job(2, {rack: '1', gpu: 'a100'}), job(3, {rack: '2', gpu: 'a100'})],
      },
      createFifo({} as never),
    )
    assert.deepEqual(
      starts.map(({id, node}) => [Number(id), node]),
      [
        [1, 'n2'],
        [2, 'n1'],
      ],
    )
    assert.deepEqual(
      waits.map(({reason}) => [reason.code, reason.text, reason.numbers]),
      [
        [
          'no-node',
          'none of the 3 nodes that take work has rack=2 and gpu=a100',
          {constraint: 'rack=2,gpu=a100', matching: 0, nodes: 3, drained: 0},
        ],
      ],
    )
  })
})
