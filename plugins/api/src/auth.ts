/** Kind `auth`: who is this uid on this site. Passwords, projects and volumes join with multi-user mode. */

export interface Account {
  readonly uid: number
  readonly gid: number
  /** Supplementary gids, the primary one included, sorted, without repetition. */
  readonly groups: readonly number[]
  readonly name: string
  /** Absolute path of the home directory, as the site knows it; it need not exist here. */
  readonly home: string
}

export interface Auth {
  /** The account of a uid, or null if the site knows none. Throws when the source cannot be asked now. */
  byUid(uid: number): Account | null
  /** The account of a name, or null. */
  byName(name: string): Account | null
}
