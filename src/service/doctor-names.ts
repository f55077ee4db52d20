/** Findings of `god doctor` on names in the configuration that nobody has: of users, of groups, of nodes. Only asks. */
import type {Auth} from '@god-cli/api'
import {type Grant, groupNames} from '../core/rights/grants.js'
import type {Finding} from '../store/disk/probe.js'
import type {Service} from './service.js'

type Unknown = readonly string[]

const isNumber = (word: string): boolean => /^\d+$/.test(word)

/** What the source of accounts surely has not; where it does not answer, that is told by another finding. */
const notThere = async (
  words: readonly string[],
  ask: (word: string) => Promise<unknown>,
): Promise<Unknown> => {
  const names = [...new Set(words)].filter(word => word !== '*' && !isNumber(word))
  const found = await Promise.all(
    names.map(async name => {
      try {
        return (await ask(name)) === null ? [name] : []
      } catch {
        return []
      }
    }),
  )
  return found.flat()
}

const unknownUsers = (auth: Pick<Auth, 'byName'>, words: readonly string[]): Promise<Unknown> =>
  notThere(words, name => auth.byName(name))

/** Everything of the configuration that grants something to users and groups. */
const grantsOf = ({settings: {admission}}: Service): readonly Grant[] => {
  const {volumes, projects, queues} = admission.sections
  return [...volumes.values(), ...projects.values(), ...queues.values(), admission.root]
}

const quoted = (names: Unknown): string => names.map(name => `'${name}'`).join(', ')

const accountsText = async (service: Service): Promise<readonly string[]> => {
  const {auth, settings} = service
  const grants = grantsOf(service)
  const [operators, users, groups] = await Promise.all([
    unknownUsers(auth, settings.operators),
    unknownUsers(
      auth,
      grants.flatMap(each => each.users),
    ),
    notThere(groupNames(grants), name => auth.groupByName(name)),
  ])
  return [
    ...(operators.length === 0 ? [] : [`operators: nobody is called ${quoted(operators)}`]),
    ...(users.length === 0 ? [] : [`users: nobody is called ${quoted(users)}`]),
    ...(groups.length === 0 ? [] : [`groups: there is none called ${quoted(groups)}`]),
  ]
}

/** A node is known since its watcher's first pass: before any is, nothing is said. */
const nodesText = ({nodes, settings}: Service): readonly string[] => {
  const known = nodes.records().map(({name}) => name)
  if (known.length === 0) return []
  const {queues, nodes: told} = settings.admission.sections
  const strange = (names: readonly string[]): Unknown => names.filter(name => !known.includes(name))
  const ofQueues = [...queues.values()].flatMap(({name, nodes: its}) => {
    // KEY=VALUE is a label.
    const missing = strange(its.filter(word => !word.includes('=')))
    return missing.length === 0 ? [] : [`[queue.${name}] nodes: none is known as ${quoted(missing)}`]
  })
  return [...ofQueues, ...strange([...told.keys()]).map(name => `[node.${name}]: no such node is known`)]
}

export const namesFinding = async (service: Service): Promise<Finding> => {
  const check = 'names'
  const faults = [...(await accountsText(service)), ...nodesText(service)]
  return faults.length === 0
    ? {check, ok: true, text: 'users, groups and nodes of the configuration are there'}
    : {check, ok: false, text: faults.join('; '), remedy: 'Correct go-d.ini, or make them.'}
}
