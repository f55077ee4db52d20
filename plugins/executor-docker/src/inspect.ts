/**
 * The engine's answers about containers, as the host wants to see them.
 *
 * The mapping is pure; `inspect` and `list` ask. Null means that the engine has no such container, or has one
 * that is not of our cluster (`find` tells them apart), or is about to have none.
 * FinishedAt may be some milliseconds before StartedAt: clamped.
 */
import type {ContainerStatus, ContainerView, ListedContainer} from '@god-cli/api'
import type {Inspected} from './answers.js'
import type {Engine} from './engine.js'
import {CLUSTER_LABEL, ownerOf} from './labels.js'
import {isPlainName} from './names.js'
import {isNodeTrouble} from './node-trouble.js'
import {saysGone} from './refusal.js'

const STATUS: ReadonlyMap<string, ContainerStatus> = new Map<string, ContainerStatus>(
  Object.entries({
    created: 'created',
    running: 'running',
    restarting: 'running',
    paused: 'paused',
    exited: 'exited',
    removing: 'exited',
    dead: 'exited',
    // Podman's words.
    configured: 'created',
    initialized: 'created',
    stopping: 'running',
    stopped: 'exited',
  }),
)

const statusOf = (word: string): ContainerStatus => {
  const status = STATUS.get(word)
  if (status === undefined) throw new Error(`the engine knows a container state "${word}" that god does not`)
  return status
}

/** The engine's zero time is year 1. */
const moment = (text: string | undefined): number | null => {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) || at <= 0 ? null : at
}

/** Being removed, or left over by a removal that failed, and never started: it cannot run any more, nor has it ended. */
const isVanishing = ({State}: Inspected): boolean =>
  (State.Status === 'removing' || State.Status === 'dead') && moment(State.StartedAt) === null

const plainName = (name: string | undefined): string => (name ?? '').replace(/^\//, '')

export const viewOf = (inspected: Inspected, cluster: string): ContainerView | null => {
  const owner = ownerOf(inspected.Config.Labels, cluster)
  if (owner === null) return null
  const {State} = inspected
  const status = statusOf(State.Status)
  const startedAt = moment(State.StartedAt)
  const ended = status === 'exited'
  const finishedAt = ended ? moment(State.FinishedAt) : null
  const fault = State.Error ?? ''
  const stays = fault !== '' && !isNodeTrouble(fault)
  return {
    id: inspected.Id,
    name: plainName(inspected.Name),
    status,
    ...owner,
    startedAt,
    finishedAt: finishedAt === null ? null : Math.max(finishedAt, startedAt ?? finishedAt),
    exitCode: ended ? State.ExitCode & 255 : null,
    oomKilled: State.OOMKilled === true,
    startFault: startedAt === null && stays ? fault : null,
    ...(inspected.Image ? {imageId: inspected.Image} : {}),
  }
}

/** Null: gone. */
const look = async (engine: Engine, nameOrId: string): Promise<Inspected | null> => {
  if (!isPlainName(nameOrId)) return null
  try {
    return await engine.ask((docker, abortSignal) => docker.getContainer(nameOrId).inspect({abortSignal}))
  } catch (error) {
    if (saysGone(error)) return null
    throw error
  }
}

/** An id is only matched whole: the engine would take a prefix, also of another container. */
const isMeant = ({Id, Name}: Inspected, nameOrId: string): boolean =>
  Id === nameOrId || plainName(Name) === nameOrId

/** 'foreign': there is one of that name, but not of this cluster. */
export const find = async (
  engine: Engine,
  cluster: string,
  nameOrId: string,
): Promise<ContainerView | 'foreign' | null> => {
  const found = await look(engine, nameOrId)
  if (found === null || !isMeant(found, nameOrId) || isVanishing(found)) return null
  return viewOf(found, cluster) ?? 'foreign'
}

export const inspect = async (
  engine: Engine,
  cluster: string,
  nameOrId: string,
): Promise<ContainerView | null> => {
  const found = await find(engine, cluster, nameOrId)
  return found === 'foreign' ? null : found
}

/** A state that god does not know, of one container, must not hide all others: taken for one that needs nothing. */
export const list = async (engine: Engine, cluster: string): Promise<readonly ListedContainer[]> => {
  const filters = {label: [`${CLUSTER_LABEL}=${cluster}`]}
  const rows = await engine.ask((docker, abortSignal) =>
    docker.listContainers({all: true, filters, abortSignal}),
  )
  return rows.flatMap(row => {
    const owner = ownerOf(row.Labels, cluster)
    return owner === null
      ? []
      : [{id: row.Id, name: plainName(row.Names?.[0]), status: STATUS.get(row.State) ?? 'running', ...owner}]
  })
}
