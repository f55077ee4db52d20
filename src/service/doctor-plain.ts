/**
 * `god doctor` for who may not serve the site: what its users can see of it, and one sentence on what was not looked at and
 * why. Loads no engine and no account source; changes nothing.
 */
import {cpusText} from '../core/amounts.js'
import {openDirectory} from '../store/directory.js'
import {createDurable} from '../store/disk/durable.js'
import {realFileSystem} from '../store/disk/file-system.js'
import type {Finding} from '../store/disk/probe.js'
import {layoutOf} from '../store/layout.js'
import {createNodeStore} from '../store/node-store.js'
import {createManifestReader} from '../store/packs/manifest.js'
import {
  accessFinding,
  type Directory,
  haltFinding,
  looked,
  looking,
  recordsFinding,
  requestsFinding,
} from './doctor-directory.js'
import type {HostParts} from './open-service.js'

/** Whose the directory is; null: the caller's, or the caller may look at all of it. */
export const servedByOther = ({root, uid}: Pick<HostParts, 'root' | 'uid'>): number | null => {
  const owner = realFileSystem.lstat(root).uid
  return uid === 0 || uid === owner ? null : owner
}

const asUser = ({root, now, random}: HostParts): Directory => {
  const fs = realFileSystem
  const layout = layoutOf(root)
  return {
    format: openDirectory(fs, layout),
    layout,
    // Nothing is written, so nothing can fail to be.
    durable: createDurable({fs, random, halt: () => undefined}),
    manifest: createManifestReader(fs, layout),
    now,
    random,
  }
}

const restFinding = (uid: number, owner: number): Finding => ({
  check: 'service',
  ok: false,
  text: `not looked at, for the site is served by uid ${owner} and this is uid ${uid}: the engine, accounts, what is in quarantine, requests of others, and what the disk can do`,
  remedy: `Ask the operator to run 'god doctor' as uid ${owner}.`,
})

/** By their records: the engine itself is not asked. */
const nodesFinding = ({durable, layout}: Directory): Finding => {
  const nodes = createNodeStore(durable, layout).records()
  const text = nodes.map(({name, capacity, down}) =>
    down === undefined ? `${name} with ${cpusText(capacity.cpus)}` : `${name} is down: ${down.why}`,
  )
  return {
    check: 'nodes',
    ok: nodes.some(({down}) => down === undefined),
    text: text.join('; ') || 'none is known yet',
    remedy: 'Ask the operator; a node is known after the first pass of its watcher.',
  }
}

export const plainFindings = async (host: HostParts, owner: number): Promise<readonly Finding[]> => {
  const directory = asUser(host)
  const {uid} = host
  const found = [
    looking('halt', () => haltFinding(directory)),
    restFinding(uid, owner),
    looking('nodes', () => nodesFinding(directory)),
    looking('requests', () => requestsFinding(directory, [uid])),
    looking('access', () => accessFinding(directory)),
    looking('records', () => recordsFinding(looked(directory))),
  ]
  return Promise.all(found)
}
