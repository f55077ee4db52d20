/**
 * `god __complete WORD...`: what the shell asks when Tab is pressed. Without oclif, and without a word where something
 * is wrong: the line that is being typed must not be disturbed.
 */
import {queueNames} from '../../core/limits/queue.js'
import {neutralise} from '../../core/text.js'
import {systemPlace, userPlace} from '../../host/plugin-places.js'
import {commandTable} from '../../plugin/command-table.js'
import {installedIn} from '../../plugin/installed.js'
import {openSite} from '../site.js'
import {type Candidate, complete, type NamedJob} from './complete.js'
import {recentJobs} from './recent-jobs.js'

const flagValue = (words: readonly string[], name: string): string | undefined => {
  const at = words.indexOf(name)
  return at < 0 ? words.find(word => word.startsWith(`${name}=`))?.slice(name.length + 1) : words[at + 1]
}

const quietly = <T>(act: () => T, otherwise: T): T => {
  try {
    return act()
  } catch {
    return otherwise
  }
}

export const completeMain = (words: readonly string[], root: string): void => {
  const places = [systemPlace(), userPlace()]
  const folders = places.flatMap(place =>
    quietly(() => installedIn(place).plugins.map(({folder}) => folder), []),
  )
  const jobs = (): readonly NamedJob[] =>
    quietly(() => recentJobs(openSite({dir: flagValue(words, '--dir')})), [])
  const queues = (): readonly string[] =>
    quietly(() => queueNames(openSite({dir: flagValue(words, '--dir')}).configuration.sections.queues), [])
  const offered = (): readonly Candidate[] =>
    complete({commands: commandTable([root, ...folders]), jobs, queues}, words)
  const found = quietly(offered, [])
  process.stdout.on('error', () => undefined)
  // A name with a line end or a tab in it would be two candidates.
  process.stdout.write(found.map(({word, note}) => `${neutralise(word)}\t${neutralise(note)}\n`).join(''))
}
