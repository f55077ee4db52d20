/**
 * The shared shape of `kill`, `suspend`, `resume`, `hold`, `release`, `requeue` and `update`: jobs are chosen alike, answered alike.
 * Each command adds its own words.
 */
import {Flags} from '@oclif/core'
import {type BaseFlags, GodCommand} from '../base-command.js'
import {reachSite} from '../reach-site.js'
import {confirm} from '../screen/confirm.js'
import {verbFilterFlags} from '../select-flags.js'
import {expandStdin, filtersOf} from '../selector-words.js'
import {
  type ControlChoice,
  type ControlOutcome,
  controlExit,
  controlJson,
  planControl,
  requestControl,
} from './control.js'
import type {AnyWish} from './early-word.js'

export const controlFlags = {
  ...verbFilterFlags,
  reason: Flags.string({summary: 'A remark for the record.', helpValue: 'TEXT'}),
  'dry-run': Flags.boolean({summary: 'Say what would happen; change nothing.', default: false}),
  quiet: Flags.boolean({char: 'Q', summary: 'Say nothing where all went well.', default: false}),
}

interface ControlFlags extends BaseFlags {
  readonly user: string[] | undefined
  readonly name: string[] | undefined
  readonly states: string[] | undefined
  readonly label: string[] | undefined
  readonly queue: string[] | undefined
  readonly reason: string | undefined
  readonly 'dry-run': boolean
  readonly quiet: boolean
}

export interface ControlWords {
  readonly wish: AnyWish
  readonly selectors: readonly string[]
  /** More jobs than this, on a terminal: ask first. Null = never. */
  readonly askAbove: number | null
}

const lineOf = ({id, tasks, text, result}: ControlOutcome): string => {
  const name = tasks === undefined ? id : `${id}[${tasks}]`
  return result === 'refused' && /^(these tasks of )?job /.test(text) ? `${text}\n` : `job ${name}: ${text}\n`
}

export abstract class ControlCommand extends GodCommand {
  protected async control(flags: ControlFlags, words: ControlWords): Promise<void> {
    const screen = this.screen(flags)
    const site = await reachSite(flags, screen)
    const choice: ControlChoice = {
      wish: {...words.wish, ...(flags.reason === undefined ? {} : {remark: flags.reason})},
      selectors: await expandStdin(words.selectors),
      filters: filtersOf(flags),
      dryRun: flags['dry-run'],
    }
    const plan = planControl(site, choice)
    const wanted = plan.outcomes.filter(({result}) => result === 'requested').length
    const asks =
      words.askAbove !== null && wanted > words.askAbove && screen.terminal.interactive && !flags['dry-run']
    if (asks) await confirm(`${words.wish.op} ${wanted} jobs?`)
    if (!flags['dry-run']) requestControl(site, choice, plan)
    const lines = plan.outcomes.filter(outcome => !flags.quiet || outcome.result === 'refused')
    screen.show(controlJson(plan), () =>
      lines
        .filter(({result}) => result !== 'refused')
        .map(lineOf)
        .join(''),
    )
    for (const outcome of lines)
      if (outcome.result === 'refused')
        screen.fault({message: lineOf(outcome).trimEnd(), hint: outcome.hint ?? ''})
    for (const failed of plan.failed) screen.fault(failed)
    if (plan.outcomes.length === 0 && plan.failed.length === 0) screen.note('no job matches')
    this.exitWith(controlExit(plan))
  }
}
