/**
 * Accounts of this host, as its name service knows them (files, LDAP, SSSD: whatever nsswitch says).
 *
 * Asks `getent passwd` and `id -G` in a fixed environment; where getent is missing (musl), the files in /etc.
 * Believes nothing it cannot parse whole. "No such account" is null; a source that does not answer is an exception,
 * because an account that is unknown now must not look like one that never was.
 * Nothing is kept: that is the host's business.
 */
import {defineProvider} from '@god-cli/api'
import {createAuth} from './auth.js'

export default defineProvider('auth', createAuth)
