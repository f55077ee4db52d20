/**
 * Tells users who they are by the source of accounts, where the host's own does not (store/account-file.ts): when a job of
 * theirs comes in, and again before one starts.
 */
import type {Account} from '@god-cli/api'
import {giveAccount} from '../store/account-file.js'
import {derived} from './derived.js'
import type {KnownGroups} from './group-numbers.js'
import type {Service} from './service.js'

/** Nothing, where a group is not known now: it would look as if nothing were granted by it. */
export const giveAccounts = (
  service: Service,
  accounts: Iterable<Account>,
  {numbers, unsure}: KnownGroups,
): void => {
  if (!service.settings.accountsAreToldHere || unsure) return
  for (const account of accounts) {
    const named = Object.fromEntries([...numbers].filter(([, gid]) => account.groups.includes(gid)))
    derived(service, `what is known of ${account.name}`, () =>
      giveAccount(service.durable, service.layout, account, named, service.format.mode === 'multi'),
    )
  }
}
