/**
 * Jobs that are root in their container: what must be so before the engine is asked for one, whatever the host says
 * (docker.md 5.4). Their directory is below a folder that only root can walk through, they write no other folder of the
 * node, and never share the network of the node, whose sockets would hand its folders in. The wrapper is the node's own
 * busybox: an image's shell need not keep to its fence. Looks; changes nothing.
 */
import {dirname} from 'node:path'
import type {ContainerSpec} from '@god-cli/api'
import type {Look} from './mounts.js'

export const isRoots = ({uid}: Pick<ContainerSpec, 'uid'>): boolean => uid === 0

const OTHERS = 0o077

const shutFault = (folder: string, look: Look): string | null => {
  try {
    const {uid, mode} = look(folder)
    return uid === 0 && (mode & OTHERS) === 0 ? null : `${folder} is open to others than root`
  } catch (error) {
    return `${folder} cannot be looked at (${error instanceof Error ? error.message : String(error)})`
  }
}

/** `engineRoot`: where the engine keeps containers, what root writes in one among it; null: not on this node. */
export const rootFault = (
  spec: Pick<ContainerSpec, 'uid' | 'network' | 'mounts' | 'workDir'>,
  engineRoot: string | null,
  busybox: string | null,
  look: Look,
): string | null => {
  if (!isRoots(spec)) return null
  if (spec.network === 'host') return 'it would share the network of the node'
  const written = spec.mounts.find(({readOnly}) => !readOnly)
  if (written !== undefined) return `it could write ${written.source}`
  if (busybox === null)
    return 'this node has no static busybox, and the shell of an image is not trusted with it'
  return (
    shutFault(dirname(spec.workDir.source), look) ??
    (engineRoot === null ? null : engineFault(engineRoot, look))
  )
}

/** Others may get into it, and no further: then what is in it is the engine's own to close. */
export const engineFault = (folder: string, look: Look): string | null => {
  try {
    return (look(folder).mode & 0o007) === 0
      ? null
      : `${folder}, where the engine keeps containers, is open to others`
  } catch (error) {
    return `${folder} cannot be looked at (${error instanceof Error ? error.message : String(error)})`
  }
}
