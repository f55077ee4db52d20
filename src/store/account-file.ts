/**
 * `work/u<uid>/account.json`: who a user is by the site's source of accounts, for his own eyes. A directory server answers the
 * service alone, and on a host that is not joined to it nobody else could tell him. Derived: nothing is decided on it, the
 * service never believes it, and a crash may cost it.
 */
import {dirname} from 'node:path'
import type {Account} from '@god-cli/api'
import * as v from 'valibot'
import {type Uid, uid} from '../core/brand.js'
import {parseWith} from '../core/parse-with.js'
import type {Durable} from './disk/durable.js'
import type {FileSystem} from './disk/file-system.js'
import {readRegular} from './disk/guarded-open.js'
import {decode, encode} from './jobs/record-codec.js'
import type {Layout} from './layout.js'

const idSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_fffe))

const accountSchema = v.object({
  v: v.literal(1),
  name: v.string(),
  uid: idSchema,
  gid: idSchema,
  groups: v.array(idSchema),
  home: v.string(),
  /** Numbers of those of his groups that the configuration grants something to, by name. */
  named: v.record(v.string(), idSchema),
})

export type OwnAccount = Omit<v.InferOutput<typeof accountSchema>, 'v'>

/** Of somebody in ten thousand groups. */
const MOST_BYTES = 256 * 1024

/** `isMany`: he is somebody else than the service. */
export const giveAccount = (
  {fs, makeFolder, replace}: Durable,
  layout: Layout,
  {uid: owner, gid, name, groups, home}: Account,
  named: Readonly<Record<string, number>>,
  isMany: boolean,
): void => {
  const path = layout.accountFile(uid(owner))
  const bytes = encode({v: 1, name, uid: owner, gid, groups, home, named})
  const before = readRegular(fs, path, MOST_BYTES)
  if (before !== null && Buffer.from(before).equals(bytes)) return
  makeFolder(dirname(path), 0o755)
  replace(path, bytes, 0o400, {derived: true, ...(isMany ? {owner: {uid: owner, gid}} : {})})
}

/** Null: the service has not had to do with him. */
export const readAccount = (fs: FileSystem, layout: Layout, owner: Uid): OwnAccount | null => {
  const bytes = readRegular(fs, layout.accountFile(owner), MOST_BYTES)
  const parsed = bytes === null ? null : decode(bytes, value => parseWith(accountSchema, value))
  return parsed?.ok === true && parsed.value.uid === owner ? parsed.value : null
}
