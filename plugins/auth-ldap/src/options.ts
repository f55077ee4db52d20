/**
 * What an operator may set, checked before any server is asked. Each refusal names the option, what it is and what is
 * expected. An empty text is as one that is left out. Reads two files: certificates and the service's own password.
 */
import {readFileSync, statSync} from 'node:fs'

export interface Options {
  readonly host: string
  readonly port: number
  /** TLS from the first byte; false: StartTLS, before anything else is said. */
  readonly secure: boolean
  /** PEM. Null: the certificates of the system. */
  readonly ca: string | null
  /** Null: the service asks as nobody. */
  readonly bind: {readonly dn: string; readonly password: string} | null
  readonly userBase: string
  readonly groupBase: string
  readonly userClass: string
  readonly groupClass: string
  readonly nameAttribute: string
  readonly memberAttribute: string
  readonly minUid: number
  readonly minGid: number
  /** Milliseconds. */
  readonly timeout: number
  readonly retryAfter: number
}

type Given = Readonly<Record<string, string>>

const wrong = (name: string, text: string, expected: string): Error =>
  new Error(`${name} is ${JSON.stringify(text)}; expected ${expected}`)

const whole = (given: Given, name: string, initial: number, least: number, most: number): number => {
  const text = given[name]
  if (!text) return initial
  if (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text)
  throw wrong(name, text, `a whole number from ${least} to ${most}`)
}

const WORD = /^[A-Za-z][A-Za-z0-9-]{0,63}$/

const word = (given: Given, name: string, initial: string): string => {
  const text = given[name] || initial
  if (WORD.test(text)) return text
  throw wrong(name, text, 'letters, digits and dashes')
}

const needed = (given: Given, name: string): string => {
  const text = given[name]
  if (text) return text
  throw new Error(`${name} is missing`)
}

const PORTS: Readonly<Record<string, number>> = {'ldap:': 389, 'ldaps:': 636}

const address = (text: string): Pick<Options, 'host' | 'port' | 'secure'> => {
  const expected = 'ldaps://HOST[:PORT] or ldap://HOST[:PORT]'
  const url = URL.canParse(text) ? new URL(text) : null
  const port = url === null ? undefined : PORTS[url.protocol]
  if (url === null || port === undefined || url.hostname === '') throw wrong('url', text, expected)
  const more = [url.username, url.password, url.search, url.hash, url.pathname.replace(/^\/$/, '')]
  if (more.some(part => part !== '')) throw wrong('url', text, `${expected}, and nothing more`)
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? port : Number(url.port),
    secure: url.protocol === 'ldaps:',
  }
}

const textOf = (name: string, path: string): string => {
  if (!path.startsWith('/')) throw wrong(name, path, 'an absolute path')
  return readFileSync(path, 'utf8')
}

const secretOf = (name: string, path: string): string => {
  const text = textOf(name, path)
  if ((statSync(path).mode & 0o077) !== 0)
    throw new Error(`${name}: ${path} is open to others. Close it: chmod 600 ${path}`)
  const [secret = ''] = text.split('\n')
  if (secret === '') throw new Error(`${name}: the first line of ${path} is empty`)
  return secret
}

const bindOf = ({bind_dn: dn, bind_password_file: file}: Given): Options['bind'] => {
  if (!dn && !file) return null
  if (!dn) throw new Error('bind_password_file is given, and bind_dn is missing')
  // Without a password the server would take the service for nobody, and say nothing of it.
  if (!file) throw new Error('bind_dn is given, and bind_password_file is missing')
  return {dn, password: secretOf('bind_password_file', file)}
}

export const readOptions = (given: Given): Options => ({
  ...address(needed(given, 'url')),
  ca: given.ca ? textOf('ca', given.ca) : null,
  bind: bindOf(given),
  userBase: needed(given, 'user_base'),
  groupBase: needed(given, 'group_base'),
  userClass: word(given, 'user_class', 'posixAccount'),
  groupClass: word(given, 'group_class', 'posixGroup'),
  nameAttribute: word(given, 'name_attribute', 'uid'),
  memberAttribute: word(given, 'member_attribute', 'memberUid'),
  minUid: whole(given, 'min_uid', 1000, 1, 2_147_483_647),
  minGid: whole(given, 'min_gid', 1000, 1, 2_147_483_647),
  timeout: 1000 * whole(given, 'timeout', 5, 1, 300),
  retryAfter: 1000 * whole(given, 'retry_after', 5, 0, 3600),
})
