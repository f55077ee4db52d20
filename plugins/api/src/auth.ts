/**
 * Kind `auth`: who a uid is on this site, and what a name stands for. Answers may take a while, for a directory server is
 * asked over the network. What nobody has is null; a source that cannot be asked now is an exception, for an account that
 * is unknown now must not look like one that never was.
 */

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
  /** The account of a uid. Null: the site knows none. */
  byUid(uid: number): Promise<Account | null>
  /** The account of exactly this name. */
  byName(name: string): Promise<Account | null>
  /** The number of the group of exactly this name. */
  groupByName(name: string): Promise<number | null>
  /**
   * The account, if this is its password; null: it is not, or there is no such account. Left out: this source knows no
   * passwords. Never called with what a user put into the shared directory.
   */
  credentials?(name: string, password: string): Promise<Account | null>
}
