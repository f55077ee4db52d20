/** How a command shows what it found: one JSON document, a table, or text; and how it says something aside. */
import {neutralise} from '../../core/text.js'
import {outputIsClosed} from '../../host/standard-output.js'
import {faultLine} from '../failure.js'
import {createStyle, type Style} from './style.js'
import {type Column, renderTable} from './table.js'
import {type ColourChoice, openTerminal, type Terminal} from './terminal.js'

export interface Screen {
  readonly terminal: Terminal
  readonly style: Style
  readonly json: boolean
  /** The document with `--json`, else the text. */
  show(document: object, text: () => string): void
  table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], header?: boolean): string
  /** Text that is no table: harmless on a terminal, as it is elsewhere. */
  plain(text: string): string
  /** To stderr, neutralised; not with `--json`, whose reader wants the document alone. */
  note(text: string): void
  /** What must reach somebody: to stderr too where standard output is closed. */
  promise(text: string): void
  /** The same, for one of several things that failed. */
  fault(failure: {readonly message: string; readonly hint: string}): void
}

export interface ScreenFlags {
  readonly json: boolean
  readonly color: ColourChoice
}

/** As a command has them from its words. */
export interface ScreenWords extends ScreenFlags {
  readonly 'no-color': boolean
}

export const screenFor = ({json, color, 'no-color': none}: ScreenWords, open = openTerminal): Screen =>
  openScreen({json, color: none ? 'never' : color}, open)

export const openScreen = ({json, color}: ScreenFlags, open = openTerminal): Screen => {
  const terminal = open(color)
  const style = createStyle(terminal.colour)
  const note = (text: string): void => {
    if (!json) terminal.warn(neutralise(text))
  }
  return {
    terminal,
    style,
    json,
    show: (document, text) => terminal.write(json ? `${JSON.stringify(document)}\n` : text()),
    table: (columns, rows, header = false) =>
      renderTable(columns, rows, {tty: terminal.tty, width: terminal.width, header, title: style.title}),
    plain: text => (terminal.tty ? neutralise(text) : text),
    note,
    promise: text => {
      if (outputIsClosed()) terminal.warn(neutralise(`${text}, and standard output is closed`))
    },
    fault: failure => note(faultLine(failure)),
  }
}
