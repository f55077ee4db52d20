// @ts-check
import {readFileSync} from 'node:fs'

/**
 * Accounts "NAME": read from a JSON file, a list of {name, uid, gid, groups, home}.
 *
 * An account that does not exist is null; a source that cannot be asked now is an exception, so that nobody's job is
 * refused for a file that was away for a moment.
 *
 * @typedef {import('@god-cli/api').Account} Account
 * @type {import('@god-cli/api').ProviderFactory<'auth'>}
 */
const create = ({options}) => {
  const file = options.file ?? '/etc/god/NAME.json'

  /** @returns {Account[]} */
  const accounts = () => JSON.parse(readFileSync(file, 'utf8'))

  /** @param {(account: Account) => boolean} fits */
  const find = fits => {
    const found = accounts().find(fits)
    if (found === undefined) return null
    const {uid, gid, groups, name, home} = found
    return {uid, gid, groups: [...new Set([...groups, gid])].sort((a, b) => a - b), name, home}
  }

  return {
    byUid: uid => find(account => account.uid === uid),
    byName: name => find(account => account.name === name),
  }
}

export default create
