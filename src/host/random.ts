/** The only source of randomness. */
import {randomBytes, randomUUID} from 'node:crypto'

/** 24 lower-case hex digits. */
export const randomToken = (): string => randomBytes(12).toString('hex')

export const randomCluster = (): string => randomUUID()
