/** Whether there are the users and groups that an operator names: nobody is kept a node for a slip of the fingers. */
import {GodError} from '../../core/errors.js'
import {isKnownName} from '../../host/known-names.js'
import type {Site} from '../site.js'

interface Named {
  readonly users: readonly string[]
  readonly groups?: readonly string[] | undefined
}

const isNumber = (word: string): boolean => /^\d+$/.test(word)

/** Throws where the host has the accounts and knows one for none; else what may be wrong with them, in a sentence each. */
export const checkNames = (
  {configuration: {settings}}: Pick<Site, 'configuration'>,
  {users, groups = []}: Named,
): readonly string[] => {
  const source = settings.auth_policy
  const unknown = [
    ...users.filter(name => isKnownName('passwd', name) === false).map(name => `user '${name}'`),
    ...groups
      .filter(name => !isNumber(name) && isKnownName('group', name) === false)
      .map(name => `group '${name}'`),
  ]
  if (unknown.length === 0) return []
  const text = `there is no ${unknown.join(', no ')}`
  if (source === 'system')
    throw new GodError('E_NO_ACCOUNT', text, 'Users are named by their account, groups by name or number.')
  return [`on this host ${text}; accounts come from ${source}, which is asked by the scheduler alone`]
}
