import assert from 'node:assert/strict'
import fc from 'fast-check'
import {createStyle} from '../../../src/cli/screen/style.js'
import {type Column, renderTable} from '../../../src/cli/screen/table.js'
import type {FieldName} from '../../../src/cli/stat/field-names.js'
import {columnsOf, LONG_FIELDS, parseFields, sortJobs, USUAL_FIELDS} from '../../../src/cli/stat/fields.js'
import {STATES} from '../../../src/core/state.js'
import {columnsWide} from '../../../src/core/text.js'
import {LOOKED_AT, SOME_JOBS} from '../some-jobs.js'

interface Look {
  readonly tty?: boolean
  readonly width?: number
  readonly header?: boolean
  readonly colour?: boolean
  readonly fields?: readonly FieldName[]
}

const table = ({
  tty = false,
  width = 80,
  header = false,
  colour = false,
  fields = USUAL_FIELDS,
}: Look): string => {
  const style = createStyle(colour)
  return renderTable(columnsOf(fields, LOOKED_AT, style), SOME_JOBS, {tty, width, header, title: style.title})
}

const lines = (...text: readonly string[]): string => text.map(line => `${line}\n`).join('')

describe('jobs in a pipe', () => {
  it('are lines of tabs: columns and their order are frozen', () => {
    assert.equal(
      table({}),
      lines(
        '3\tshort\tdefault\tann\tdone\t1:01/-\t1\t1G\t0\tn1',
        '4\tevil\tdefault\tbob\tkilled\t0:05/-\t1\t1G\t0\tn1 (killed by request: \\x1b[31mred\\n)',
        '7\ttrain\tdefault\tann\trunning\t1:00:00/2:00:00\t2.5\t4G\t0\tn1',
        '8\t訓練-größe\tdefault\tann\tpending\t-/-\t1\t1G\t0\t(1 node lacks cpus)',
      ),
    )
  })

  it('have their titles only if asked for', () => {
    assert.equal(
      table({header: true}).split('\n')[0],
      'JOBID\tNAME\tQUEUE\tUSER\tST\tTIME/LIMIT\tCPUS\tMEM\tGPU\tNODE(REASON)',
    )
  })

  it('in the long form are frozen too', () => {
    assert.equal(
      table({header: true, fields: LONG_FIELDS}),
      lines(
        'JOBID\tNAME\tQUEUE\tUSER\tST\tTIME/LIMIT\tCPUS\tMEM\tGPU\tNODE\tATTEMPT\tEXIT\tCPU-S\tMAXMEM\tSUBMITTED\tSTARTED\tENDED\tIMAGE\tREASON\tCPUS-NOW\tMEM-NOW',
        '3\tshort\tdefault\tann\tdone\t1:01/-\t1\t1G\t0\tn1\t1\t0\t59.25\t300M\t2026-01-01T00:00:00.000Z\t2026-01-01T00:00:00.000Z\t2026-01-01T00:01:01.500Z\tbusybox:local\t\t\t',
        '4\tevil\tdefault\tbob\tkilled\t0:05/-\t1\t1G\t0\tn1\t2\t143\t\t\t2026-01-01T00:00:00.000Z\t2026-01-01T00:00:00.000Z\t2026-01-01T00:00:05.000Z\tbusybox:local\tkilled by request: \\x1b[31mred\\n\t\t',
        '7\ttrain\tdefault\tann\trunning\t1:00:00/2:00:00\t2.5\t4G\t0\tn1\t1\t\t\t\t2026-01-01T00:00:00.000Z\t2026-01-01T00:00:00.000Z\t\tbusybox:local\t\t\t',
        '8\t訓練-größe\tdefault\tann\tpending\t-/-\t1\t1G\t0\t\t1\t\t\t\t2026-01-01T00:00:00.000Z\t\t\tbusybox:local\t1 node lacks cpus\t\t',
      ),
    )
  })

  it('are never cut, however narrow', () => assert.equal(table({width: 1}), table({width: 500})))

  it('have a column for every name', () => {
    const fields = parseFields('uid,desired,project')
    assert.equal(
      table({header: true, fields}),
      lines(
        'UID\tDESIRED\tPROJECT',
        ...['1000\trun', '1001\tkilled', '1000\trun', '1000\trun'].map(x => `${x}\tdefault`),
      ),
    )
  })
})

describe('jobs on a terminal', () => {
  it('are a table with titles', () => {
    assert.equal(
      table({tty: true, width: 120}),
      lines(
        'JOBID  NAME        QUEUE    USER  ST            TIME/LIMIT  CPUS  MEM  GPU  NODE(REASON)',
        '    3  short       default  ann   done              1:01/-     1   1G    0  n1',
        '    4  evil        default  bob   killed            0:05/-     1   1G    0  n1 (killed by request: \\x1b[31mred\\n)',
        '    7  train       default  ann   running  1:00:00/2:00:00   2.5   4G    0  n1',
        '    8  訓練-größe  default  ann   pending              -/-     1   1G    0  (1 node lacks cpus)',
      ),
    )
  })

  it('have fewer columns where it is narrow, and are cut with a sign where that is not enough', () => {
    assert.equal(
      table({tty: true, width: 80}),
      lines(
        'JOBID  NAME      ST            TIME/LIMIT  NODE(REASON)',
        '    3  short     done              1:01/-  n1',
        '    4  evil      killed            0:05/-  n1 (killed by request: \\x1b[31mred\\n)',
        '    7  train     running  1:00:00/2:00:00  n1',
        '    8  訓練-gr…  pending              -/-  (1 node lacks cpus)',
      ),
    )
    const titles = (width: number): string => table({tty: true, width}).split('\n')[0] ?? ''
    assert.match(titles(112), /NAME +QUEUE +USER .* CPUS {2}MEM {2}NODE/)
    assert.match(titles(104), /NAME +USER .* CPUS {2}MEM {2}NODE/)
    assert.match(titles(98), /NAME +ST .* CPUS {2}MEM {2}NODE/)
    assert.match(titles(92), /LIMIT {2}MEM {2}NODE/)
  })

  it('keep the columns that were asked for', () => {
    const chosen = columnsOf([...USUAL_FIELDS], LOOKED_AT, createStyle(false))
    const text = renderTable(chosen, SOME_JOBS, {tty: true, width: 60, header: false, title: word => word})
    assert.match(text, /^JOBID {2}NAME +QUEUE +USER .* GPU {2}NODE/)
  })

  for (const width of [1, 2, 10, 40])
    it(`of ${width} columns are still shown`, () =>
      assert.equal(table({tty: true, width}).split('\n').length, 6))

  it('are told by words, and colours only help', () => {
    const coloured = table({tty: true, width: 120, colour: true})
    assert.match(coloured, /\u001b\[36mrunning\u001b\[39m/)
    assert.equal(coloured.replace(/\u001b\[\d+m/g, ''), table({tty: true, width: 120}))
  })
})

describe('a state', () => {
  it('is its own word in every colour', () => {
    for (const state of STATES) {
      const shown = createStyle(true).state(state, state)
      assert.match(shown, /^\u001b\[\d+m/)
      assert.equal(shown.replace(/\u001b\[\d+m/g, ''), state)
      assert.equal(createStyle(false).state(state, state), state)
    }
  })
})

describe('any table', () => {
  interface Row {
    readonly a: string
    readonly b: string
  }
  const columns: readonly Column<Row>[] = [
    {title: 'A', value: row => row.a, shrink: true},
    {title: 'B', value: row => row.b, align: 'right'},
  ]
  const anyRows = fc.array(fc.record({a: fc.string({unit: 'binary'}), b: fc.string({unit: 'grapheme'})}))

  it('T62: in a pipe has a line a row, and each cell between its tabs, whatever is in it', () => {
    fc.assert(
      fc.property(anyRows, rows => {
        const text = renderTable(columns, rows, {tty: false, width: 80, header: false, title: x => x})
        const parts = text.split('\n')
        assert.equal(parts.length, rows.length + 1)
        for (const line of parts.slice(0, -1)) assert.equal(line.split('\t').length, 2)
      }),
    )
  })

  it('T62: on a terminal is no wider than it, but for the columns that do not give way', () => {
    const row = fc.record({a: fc.string({unit: 'grapheme-ascii'}), b: fc.stringMatching(/^[a-z]{0,9}$/)})
    fc.assert(
      fc.property(fc.array(row), fc.integer({min: 20, max: 100}), (rows, width) => {
        const text = renderTable(columns, rows, {tty: true, width, header: false, title: x => x})
        for (const line of text.split('\n')) assert.ok(columnsWide(line) <= width, `${line.length} ${line}`)
      }),
    )
  })
})

describe('the columns of god stat', () => {
  it('are chosen by name, or all', () => {
    assert.deepEqual(parseFields('id, state'), ['id', 'state'])
    assert.deepEqual(parseFields('wide'), LONG_FIELDS)
  })

  for (const text of ['', 'id,', 'idd', 'ID', 'constructor']) {
    it(`'${text}' names one that is not there, and all are told`, () => {
      assert.throws(() => parseFields(text), {
        code: 'E_USAGE',
        hint: /Columns: id, name, .*, ended, task, tasks, nice, priority, begin, root, wide\.$/,
      })
    })
  }

  const orders: readonly (readonly [string, readonly number[]])[] = [
    ['id', [3, 4, 7, 8]],
    ['-id', [8, 7, 4, 3]],
    ['name', [4, 3, 7, 8]],
    ['user', [3, 7, 8, 4]],
    ['-time', [7, 3, 4, 8]],
    ['cpus', [3, 4, 8, 7]],
    ['ended', [4, 3, 7, 8]],
    ['-exit', [4, 3, 7, 8]],
    ['-max_memory', [3, 4, 7, 8]],
  ]
  for (const [order, ids] of orders) {
    it(`put jobs in order by ${order}, and alike ones by id`, () => {
      assert.deepEqual(
        sortJobs(SOME_JOBS, order, LOOKED_AT).map(({id}) => id),
        ids,
      )
    })
  }

  it('put jobs in order by no other name', () => {
    assert.throws(() => sortJobs(SOME_JOBS, '-tiem', LOOKED_AT), {code: 'E_USAGE', hint: /Did you mean time/})
  })
})
