/** Colours: the only use of chalk. A state is always a word; its colour only helps the eye. */
import {Chalk, type ChalkInstance} from 'chalk'
import {never} from '../../core/errors.js'
import type {State} from '../../core/state.js'

export interface Style {
  title(text: string): string
  faint(text: string): string
  good(text: string): string
  bad(text: string): string
  state(state: State, text: string): string
}

const ofState = (chalk: ChalkInstance, state: State): ChalkInstance => {
  switch (state) {
    case 'pending':
    case 'held':
      return chalk.yellow
    case 'starting':
    case 'running':
      return chalk.cyan
    case 'suspended':
    case 'stopping':
      return chalk.magenta
    case 'done':
      return chalk.green
    case 'failed':
    case 'oom':
    case 'timeout':
    case 'lost':
    case 'refused':
      return chalk.red
    case 'killed':
      return chalk.dim
    default:
      return never(state)
  }
}

const asItIs = (text: string): string => text

const PLAIN: Style = {
  title: asItIs,
  faint: asItIs,
  good: asItIs,
  bad: asItIs,
  state: (_, text) => text,
}

export const createStyle = (colour: boolean): Style => {
  if (!colour) return PLAIN
  const chalk = new Chalk({level: 1})
  return {
    title: text => chalk.bold(text),
    faint: text => chalk.dim(text),
    good: text => chalk.green(text),
    bad: text => chalk.red(text),
    state: (state, text) => ofState(chalk, state)(text),
  }
}
