// @ts-check
import {readFile} from 'node:fs/promises'

/**
 * Accounts "NAME": read from a JSON file, {"accounts": [{name, uid, gid, groups, home}], "groups": {name: gid}}.
 *
 * An account that does not exist is null; a source that cannot be asked now is an exception, so that nobody's job is
 * refused for a file that was away for a moment.
 *
 * @typedef {import('@god-cli/api').Account} Account
 * @type {import('@god-cli/api').ProviderFactory<'auth'>}
 */
const create = ({options}) => {
  const file = options.file ?? '/etc/god/NAME.json'

  /** @returns {Promise<{accounts: Account[], groups: Record<string, number>}>} */
  const read = async () => JSON.parse(await readFile(file, 'utf8'))

  /** @param {(account: Account) => boolean} fits */
  const find = async fits => {
    const found = (await read()).accounts.find(fits)
    if (found === undefined) return null
    const {uid, gid, groups, name, home} = found
    return {uid, gid, groups: [...new Set([...groups, gid])].sort((a, b) => a - b), name, home}
  }

  return {
    byUid: uid => find(account => account.uid === uid),
    byName: name => find(account => account.name === name),
    groupByName: async name => {
      const {groups} = await read()
      return Object.hasOwn(groups, name) ? (groups[name] ?? null) : null
    },
  }
}

export default create
