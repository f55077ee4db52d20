/** A real slapd, asked over TLS: what every source of accounts must keep to. */
import {authContract} from '../../../plugins/api/src/auth-contract.js'
import {
  type DirectoryServer,
  directoryOf,
  HAS_SLAPD,
  NO_SLAPD,
  startDirectoryServer,
} from '../../support/directory-server.js'
import {skip} from '../../support/skip.js'
import {authOn} from './world.js'

describe('the contract of a source of accounts, kept by a directory server', () => {
  const servers: DirectoryServer[] = []
  before(function () {
    if (!HAS_SLAPD) skip(this, NO_SLAPD)
  })
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  authContract(it, {
    open: async (accounts, groups) => {
      const server = await startDirectoryServer({ldif: directoryOf(accounts, groups)})
      servers.push(server)
      // The cases have groups of every size.
      const {auth, advance} = authOn(server, {min_gid: '1'})
      return {
        auth,
        answers: does => {
          server.gate = does ? 'open' : 'shut'
          // As long as one that failed is left alone.
          advance(5000)
        },
        forget: () => advance(3_600_000),
      }
    },
  })
})
