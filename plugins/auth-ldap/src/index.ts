/**
 * Accounts of a directory server (RFC 2307), asked over TLS alone.
 *
 * Believes nothing that it cannot read whole: an entry with two numbers, two entries for one name, a list that the server
 * cut short are exceptions. Never an account below `min_uid` or a group below `min_gid`: nobody becomes root, or gets a group of the
 * host's own, by what a directory says.
 * "No such account" is null; a server that does not answer is an exception. Keeps nothing but the time of its last silence.
 */
import {defineProvider} from '@god-cli/api'
import {createAuth} from './auth.js'
import {readOptions} from './options.js'
import {openSession} from './session.js'

export default defineProvider('auth', host => createAuth(host, readOptions(host.options), openSession))
