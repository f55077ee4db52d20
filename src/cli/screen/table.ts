/**
 * Rows for people and for programs: a table on a terminal, tab-separated lines elsewhere (no colour, no cutting,
 * no header unless asked for). Cells are neutralised here, so no caller can forget it.
 */
import Table from 'cli-table3'
import {columnsWide, neutralise} from '../../core/text.js'

export interface Column<Row> {
  readonly title: string
  readonly value: (row: Row) => string
  readonly align?: 'left' | 'right'
  /** This column gives way on a narrow terminal. */
  readonly shrink?: boolean
  /** Left out where the table is too wide: the lowest first. */
  readonly yields?: number
  readonly paint?: (row: Row, text: string) => string
}

export interface TableStyle {
  readonly tty: boolean
  readonly width: number
  readonly header: boolean
  readonly title: (text: string) => string
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

const LEAST = 8

/** Widths for cli-table3, or null for all columns that need no limit. */
const widthsOf = <Row>(
  columns: readonly Column<Row>[],
  cells: readonly (readonly string[])[],
  width: number,
): (number | null)[] => {
  const needed = columns.map((column, i) =>
    Math.max(column.title.length, ...cells.map(row => columnsWide(row[i] ?? ''))),
  )
  const spare = width - needed.reduce((sum, n) => sum + n, 0) - 2 * (columns.length - 1)
  if (spare >= 0) return columns.map(() => null)
  let over = -spare
  return columns.map((column, i) => {
    if (column.shrink !== true || over <= 0) return null
    const kept = Math.max(LEAST, (needed[i] ?? 0) - over)
    over -= (needed[i] ?? 0) - kept
    return kept
  })
}

/** What a column that shrinks should not have to shrink below while others could be left out. */
const COMFORT = 40

const comfortable = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): number =>
  columns.reduce((sum, {title, value, shrink}) => {
    const needed = Math.max(title.length, ...rows.map(row => columnsWide(neutralise(value(row)))))
    return sum + (shrink === true ? Math.min(COMFORT, needed) : needed) + 2
  }, -2)

const leastOf = <Row>(columns: readonly Column<Row>[]): Column<Row> | undefined =>
  columns.filter(({yields}) => yields !== undefined).sort((a, b) => (a.yields ?? 0) - (b.yields ?? 0))[0]

/** Better a column less than one that says nothing any more. */
const fitting = <Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
): readonly Column<Row>[] => {
  const least = leastOf(columns)
  if (least === undefined || comfortable(columns, rows) <= width) return columns
  return fitting(
    columns.filter(column => column !== least),
    rows,
    width,
  )
}

const pretty = <Row>(all: readonly Column<Row>[], rows: readonly Row[], style: TableStyle): string => {
  const columns = fitting(all, rows, style.width)
  const cells = rows.map(row => columns.map(column => neutralise(column.value(row))))
  const table = new Table({
    chars: NO_LINES,
    style: {head: [], border: [], 'padding-left': 0, 'padding-right': 0},
    head: columns.map(column => style.title(column.title)),
    colAligns: columns.map(column => column.align ?? 'left'),
    colWidths: widthsOf(columns, cells, style.width),
  })
  for (const [i, row] of rows.entries()) {
    table.push(columns.map((column, j) => (column.paint ?? ((_, text) => text))(row, cells[i]?.[j] ?? '')))
  }
  return table
    .toString()
    .split('\n')
    .map(line => `${line.trimEnd()}\n`)
    .join('')
}

/** Asked of a whole line first: a tenth of the questions, where thousands of lines are shown. */
const lineOf = <Row>(columns: readonly Column<Row>[], row: Row): string => {
  const cells = columns.map(column => column.value(row))
  const text = cells.join('')
  return (neutralise(text) === text ? cells : cells.map(neutralise)).join('\t')
}

const separated = <Row>(columns: readonly Column<Row>[], rows: readonly Row[], header: boolean): string => {
  let text = header ? `${columns.map(column => column.title).join('\t')}\n` : ''
  for (const row of rows) text += `${lineOf(columns, row)}\n`
  return text
}

export const renderTable = <Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  style: TableStyle,
): string => (style.tty ? pretty(columns, rows, style) : separated(columns, rows, style.header))
