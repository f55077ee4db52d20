/**
 * Who of those that wait belongs to a group for which a node is reserved: looked up before a pass plans, and written into
 * the node's record, so that whoever plans for others (`god why`, `god simulate`) needs no source of accounts.
 *
 * Only what changes is published. While the source of accounts does not answer, what was known stays.
 */
import type {Account} from '@god-cli/api'
import {type NodeHold, type NodePeriod, periodsAt, withMembers} from '../core/node/hold.js'
import {type GroupNumbers, groupNames, isGranted} from '../core/rights/grants.js'
import {pendingJobs} from './live-view.js'
import {liveAndTold} from './readable-jobs.js'
import type {Service} from './service.js'

const numbersOf = async ({auth}: Service, periods: readonly NodePeriod[]): Promise<GroupNumbers> => {
  const names = groupNames(periods.map(({users, groups = []}) => ({users, groups})))
  const found = await Promise.all(names.map(async name => [name, await auth.groupByName(name)] as const))
  return new Map(found.flatMap(([name, gid]) => (gid === null ? [] : [[name, gid] as const])))
}

/** Of the users of jobs that wait; who has another name by now is nobody's member. */
const waitingAccounts = async (service: Service): Promise<readonly Account[]> => {
  const users = new Map(pendingJobs(liveAndTold(service)).map(({uid, user}) => [uid, user]))
  const accounts = await Promise.all([...users.keys()].map(uid => service.auth.byUid(uid)))
  return accounts.flatMap(account =>
    account !== null && users.get(account.uid) === account.name ? [account] : [],
  )
}

const isMember = ({groups = []}: NodePeriod, account: Account, numbers: GroupNumbers): boolean =>
  isGranted({users: [], groups}, account, numbers)

export const settleMembers = async (service: Service): Promise<void> => {
  const ofGroups = (hold: NodeHold): readonly NodePeriod[] =>
    periodsAt(hold, service.now()).filter(({groups = []}) => groups.length > 0)
  const holds = service.nodes.records().filter(record => ofGroups(record).length > 0)
  if (holds.length === 0) return
  try {
    const numbers = await numbersOf(service, holds.flatMap(ofGroups))
    const accounts = await waitingAccounts(service)
    for (const {name} of holds)
      service.nodes.hold(name, hold =>
        withMembers(hold, period => ({
          asked: accounts.map(account => account.name),
          are: accounts.filter(account => isMember(period, account, numbers)).map(account => account.name),
        })),
      )
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    service.log('warning', `who belongs to the groups that nodes are reserved for is not known now: ${why}`)
  }
}
