/**
 * Our labels on a container: whose it is, which attempt of which job. Pure.
 *
 * They are how a container is found again after a crash of god, and only those of our cluster that parse whole
 * are believed. The nonce proves them against the record (T44); comparing it is the host's business.
 */
import type {ContainerSpec} from '@god-cli/api'

export const CLUSTER_LABEL = 'god.cluster'

export interface Owner {
  readonly job: number
  readonly task?: number
  readonly attempt: number
  readonly nonce: string
}

export const labelsOf = (spec: ContainerSpec): Record<string, string> => ({
  [CLUSTER_LABEL]: spec.cluster,
  'god.job': String(spec.job),
  ...(spec.task === undefined ? {} : {'god.task': String(spec.task)}),
  'god.attempt': String(spec.attempt),
  'god.nonce': spec.nonce,
  'god.uid': String(spec.uid),
  'god.user': spec.user,
  'god.name': spec.jobName,
})

const count = (text: string | undefined): number | null => {
  if (text === undefined || !/^(0|[1-9]\d{0,15})$/.test(text)) return null
  const n = Number(text)
  return Number.isSafeInteger(n) ? n : null
}

/** Null: not a container of this cluster. */
export const ownerOf = (
  labels: Readonly<Record<string, string>> | null | undefined,
  cluster: string,
): Owner | null => {
  if (labels?.[CLUSTER_LABEL] !== cluster) return null
  const job = count(labels['god.job'])
  const attempt = count(labels['god.attempt'])
  const nonce = labels['god.nonce']
  if (job === null || attempt === null || nonce === undefined || nonce === '') return null
  const task = count(labels['god.task'])
  if (task === null) return labels['god.task'] === undefined ? {job, attempt, nonce} : null
  return {job, task, attempt, nonce}
}
