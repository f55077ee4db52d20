/**
 * Whether this node may make a container whose user is root now, for the busybox that it would get: looked at before
 * anything is done for it, and once more right before the engine is asked, as its image may have been pulled for minutes
 * in between and its directory been given to its user. Assumes nothing of the first look; changes nothing.
 */
import {lstatSync} from 'node:fs'
import type {ContainerSpec} from '@god-cli/api'
import {engineFacts} from './engine-facts.js'
import {isRoots, rootFault} from './root-job.js'
import type {Site} from './site.js'

/** Null: it may, or is no job of that kind. */
export const rootRefusal = async (
  {engine}: Site,
  spec: ContainerSpec,
  busybox: string | null,
): Promise<string | null> => {
  if (!isRoots(spec)) return null
  const {DockerRootDir = null} = engine.address.local ? await engineFacts(engine) : {}
  const fault = rootFault(spec, DockerRootDir, busybox, lstatSync)
  return fault === null ? null : `it cannot be root in its container: ${fault}`
}
