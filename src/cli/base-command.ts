/**
 * What all commands share: `--dir`, `--json`, colours. Errors are thrown through to main.ts, which renders them all
 * alike; a command that ran sets its exit code by `exitWith`, so that output is flushed before the process ends.
 */
import {Command, Flags, type Interfaces} from '@oclif/core'
import {type FlagShape, markValues, unmarkValues} from './operands.js'
import {type Screen, screenFor} from './screen/screen.js'
import type {ColourChoice} from './screen/terminal.js'

const COLOURS = ['auto', 'always', 'never'] as const

export const baseFlags = {
  dir: Flags.string({
    summary: 'Shared directory (else GOD_SHARED_DIR, GOD_CONFIG, .god upward, ~/.god).',
    helpValue: 'DIR',
    helpGroup: 'GLOBAL',
  }),
  json: Flags.boolean({summary: 'Print one JSON document.', default: false, helpGroup: 'GLOBAL'}),
  color: Flags.option({options: COLOURS})({
    summary: 'When to use colours (else NO_COLOR, FORCE_COLOR, TERM).',
    default: 'auto',
    helpGroup: 'GLOBAL',
  }),
  'no-color': Flags.boolean({summary: 'Same as --color never.', default: false, helpGroup: 'GLOBAL'}),
}

export interface BaseFlags {
  readonly dir: string | undefined
  readonly json: boolean
  readonly color: ColourChoice
  readonly 'no-color': boolean
}

type Output = Interfaces.OutputFlags<Interfaces.FlagInput>

export abstract class GodCommand extends Command {
  static override baseFlags = baseFlags

  protected screen(flags: BaseFlags): Screen {
    return screenFor(flags)
  }

  protected exitWith(code: number): void {
    process.exitCode = code
  }

  protected override async parse<F extends Output, B extends Output, A extends Output>(
    options: Interfaces.Input<F, B, A>,
    argv: readonly string[] = this.argv,
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    const shapes = Object.entries({...options.baseFlags, ...options.flags}).map(
      ([name, {char, type}]: [string, {char?: string; type: string}]): FlagShape => ({
        name,
        char,
        takesValue: type === 'option',
      }),
    )
    const parsed = await super.parse<F, B, A>(options, [...markValues(argv, shapes)])
    unmarkValues(parsed.flags)
    return parsed
  }

  protected override async catch(error: Error): Promise<never> {
    throw error
  }
}
