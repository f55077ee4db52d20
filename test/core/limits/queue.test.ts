/** Queues: who may use one, what one job may ask for in it, where it runs, and what its caps leave free in a pass. */
import assert from 'node:assert/strict'
import createFifo from '../../../plugins/scheduler-fifo/src/index.js'
import {parseJobForm} from '../../../src/core/job-form.js'
import {isQueue, queueNames, queuesFor, whereIn} from '../../../src/core/limits/queue.js'
import {checkQueueKnown, checkQueueLimits, checkQueueRight} from '../../../src/core/limits/queue-check.js'
import {type Allocation, schedule, type Waiting} from '../../../src/core/schedule.js'
import {parseSections} from '../../../src/core/settings/sections.js'
import {ANN, amounts, aNode, aPending, ids, NOW, UTC} from '../builders.js'

const queuesOf = (...lines: readonly string[]) =>
  parseSections(
    lines.map((line, i) => {
      const cut = line.indexOf(' = ')
      return {key: `queue.${line.slice(0, cut)}`, value: line.slice(cut + 3), origin: `go-d.ini:${i + 1}`}
    }),
  ).queues

const refused = (line: string): void => {
  assert.throws(() => queuesOf(line), {code: 'E_CONFIG_BAD', message: /go-d\.ini:1: /}, line)
}

describe('a queue', () => {
  it('has no limit, no nodes of its own and the lowest rank unless its section says so', () => {
    const queue = queuesOf('long.max_time = 7-0', 'long.priority = 0.5').get('long')
    assert.deepEqual(
      [queue?.name, queue?.max_time, queue?.priority, queue?.cpus, queue?.nodes],
      ['long', 7 * 86_400, 0.5, null, []],
    )
  })

  it('is named in the JSON form of a job as well', () => {
    const wish = parseJobForm('{"argv":["x"],"queue":"long"}', UTC)
    assert.deepEqual(wish, {command: {kind: 'argv', argv: ['x']}, queue: 'long'})
  })

  it('that is written wrongly is told with its line', () => {
    for (const line of [
      ...[
        'long.priority = 2',
        'long.priority = -1',
        'long.priority = .5',
        'long.nodes = a b',
        'long.nodes = =x',
      ],
      ...['long.gpus = many', 'long.max_time = soon', 'a b.cpus = 1', 'long.colour = red'],
    ])
      refused(line)
  })

  it('is for everybody unless it names somebody', () => {
    const queues = queuesOf('open.cpus = 1', 'lab.groups = lab', 'bobs.users = bob', 'hers.users = ann')
    const numbers = new Map([['lab', 5001]])
    assert.deepEqual(queuesFor(queues, ANN, numbers), ['default', 'open', 'lab', 'hers'])
    assert.deepEqual(queuesFor(queues, ANN, new Map()), ['default', 'open', 'hers'])
    assert.deepEqual(queueNames(queues), ['default', 'open', 'lab', 'bobs', 'hers'])
  })

  it('that there is not is refused with the names of those that there are', () => {
    const queues = queuesOf('long.cpus = 1', 'bobs.users = bob')
    assert.equal(checkQueueKnown('default', queues), null)
    const unknown = checkQueueKnown('lnog', queues)
    assert.deepEqual([unknown?.code, unknown?.hint], ['E_QUEUE_REFUSED', 'There are: default, long, bobs.'])
    const mine = checkQueueRight('lnog', queues, ANN, new Map())
    assert.deepEqual([mine?.message, mine?.hint], ["there is no queue 'lnog'", 'Yours are: default, long.'])
  })

  it('that is for others is refused with the names of his own', () => {
    const queues = queuesOf('long.cpus = 1', 'bobs.users = bob')
    const no = checkQueueRight('bobs', queues, ANN, new Map())
    assert.deepEqual(
      [no?.code, no?.message, no?.hint],
      ['E_QUEUE_REFUSED', "the queue 'bobs' is not for ann", 'Yours are: default, long.'],
    )
    assert.equal(checkQueueRight('long', queues, ANN, new Map()), null)
  })

  it('takes no job that is larger than it allows one, or than its caps', () => {
    const check = (line: string, resources = amounts(2, 4, 2), walltime: number | null = 3600) =>
      checkQueueLimits(queuesOf(line).get('q'), {resources, walltime})?.message ?? null
    assert.equal(check('q.max_cpu = 1'), "the job asks for 2 cpus; the queue 'q' allows 1")
    assert.equal(check('q.user_cpus = 1.5'), "the job asks for 2 cpus; the queue 'q' allows 1.5")
    assert.equal(check('q.max_ram = 2G'), "the job asks for 4G of memory; the queue 'q' allows 2G")
    assert.equal(check('q.gpus = 1'), "the job asks for 2 gpus; the queue 'q' allows 1")
    assert.equal(
      check('q.max_time = 30'),
      "the job asks for a walltime of 1:00:00; the queue 'q' allows 30:00",
    )
    assert.match(check('q.max_time = 30', amounts(1), null) ?? '', /asks for no walltime/)
    assert.equal(check('q.running = 0'), "nothing runs in the queue 'q' now")
    for (const line of ['q.max_cpu = 2', 'q.max_ram = 4G', 'q.gpus = 2', 'q.max_time = 60', 'q.running = 1'])
      assert.equal(check(line), null, line)
  })

  it('keeps its jobs to its nodes, beside what they ask for themselves', () => {
    const queues = queuesOf('q.nodes = n1, rack=3', 'all.cpus = 1')
    assert.deepEqual(whereIn(queues, {queue: 'q'}), {nodes: ['n1', 'rack=3']})
    assert.deepEqual(whereIn(queues, {queue: 'q', where: {labels: {a: 'b'}}}), {
      labels: {a: 'b'},
      nodes: ['n1', 'rack=3'],
    })
    assert.equal(whereIn(queues, {queue: 'all'}), undefined)
    assert.ok(isQueue(queues, 'default') && !isQueue(queues, 'none'))
  })
})

describe('a pass with queues', () => {
  const fifo = createFifo({} as never)
  const nodes = [
    aNode('n1', 4, 64, 4),
    {...aNode('n2', 4), labels: {rack: '3'}},
    {...aNode('n3', 4), labels: {rack: '4'}},
  ]
  const job = (id: number, queue: string, over: Partial<Waiting> = {}): Waiting =>
    aPending(id, amounts(1), {queue, ...over})
  const running = (queue: string, user: string, cpus = 1): Allocation => ({
    ...{id: ids(900)[0] as never, node: 'n3', user, project: 'default', queue},
    resources: amounts(cpus),
  })
  const plan = (
    lines: readonly string[],
    pending: readonly Waiting[],
    allocations: readonly Allocation[] = [],
  ) => {
    const queues = queuesOf(...lines)
    return schedule({now: NOW, nodes, allocations, pending, queues}, fifo)
  }
  const waits = ({waits: all}: ReturnType<typeof plan>) =>
    all.map(({ids: who, reason}) => [[...who], reason.code, reason.text])

  it('starts a job on the nodes of its queue alone, by name or by label', () => {
    const {starts} = plan(
      ['named.nodes = n3', 'labelled.nodes = rack=3', 'both.nodes = n3, rack=3'],
      [job(1, 'named'), job(2, 'labelled'), ...[3, 4, 5, 6, 7, 8].map(id => job(id, 'both'))],
    )
    const on = (name: string) => starts.filter(({node}) => node === name).map(({id}) => Number(id))
    assert.deepEqual([on('n1'), on('n2').length, on('n3').length], [[], 4, 4])
    assert.ok(on('n3').includes(1) && on('n2').includes(2))
  })

  it('says of a queue without nodes that take work which those would be', () => {
    const told = waits(plan(['q.nodes = n9, rack=7'], [job(1, 'q')]))
    assert.deepEqual(told, [[[1], 'no-node', 'none of the 3 nodes that take work is one of n9, rack=7']])
  })

  it('keeps a queue within its caps, and nobody of another one behind them', () => {
    const decided = plan(
      ['q.cpus = 3'],
      [job(1, 'q', {resources: amounts(2)}), job(2, 'q'), job(3, 'default')],
      [running('q', 'bob', 2)],
    )
    assert.deepEqual(
      decided.starts.map(({id}) => Number(id)),
      [2, 3],
    )
    assert.deepEqual(waits(decided), [
      [
        [1],
        'limit',
        'the limit of queue q is 3 cpus at once, of which 2 cpus are used, and it asks for 2 cpus',
      ],
    ])
  })

  it('keeps one user of a queue within his caps, and no other one of it', () => {
    const decided = plan(
      ['q.user_running = 1', 'q.user_gpus = 1'],
      [
        job(1, 'q', {user: 'bob'}),
        job(2, 'q'),
        job(3, 'q'),
        job(4, 'q', {user: 'cai', resources: amounts(1, 1, 2)}),
      ],
      [running('q', 'bob')],
    )
    assert.deepEqual(
      decided.starts.map(({id}) => Number(id)),
      [2],
    )
    assert.deepEqual(
      waits(decided)
        .map(([who, , text]) => [who, text])
        .sort(),
      [
        [[1], 'the limit of user bob in queue q is 1 job at once, and 1 runs'],
        [[3], 'the limit of user ann in queue q is 1 job at once, and 1 runs'],
        [
          [4],
          'the limit of user cai in queue q is 1 gpu at once, of which 0 gpus are used, and it asks for 2 gpus',
        ],
      ],
    )
  })

  it('starts nothing of a queue that is gone, and what the default queue says counts for those in none', () => {
    const decided = plan(['default.running = 1'], [job(1, 'gone'), job(2, 'default'), job(3, 'default')])
    assert.deepEqual(
      decided.starts.map(({id}) => Number(id)),
      [2],
    )
    assert.deepEqual(
      waits(decided).map(([who, code]) => [who, code]),
      [
        [[1], 'queue'],
        [[3], 'limit'],
      ],
    )
  })
})
