/** Whether this host knows a user or a group of that name, from whatever source its name service has. */
import {type Database, getent} from './getent.js'

/** Null: nobody can be asked now. A number is found as well, and is no name. */
export const isKnownName = (database: Database, name: string): boolean | null =>
  getent(database, name)?.some(([found]) => found === name) ?? null
