/**
 * Looking and mending in turns, for one repair uncovers the next: a damaged record set aside leaves its spec alone, and
 * of that the job is made anew. Ends when a look finds nothing more that can be mended.
 */
import type {Epoch} from '../../core/brand.js'
import {checkEpoch, claimEpoch} from '../../store/epoch.js'
import {type Finding, keyOf} from '../../store/fsck/finding.js'
import type {Author} from '../../store/jobs/job-store.js'
import type {Ground} from './ground.js'
import {type Looked, type LookOptions, look} from './look.js'
import {repairOne} from './repair.js'

export interface Told {
  readonly finding: Finding
  readonly repaired: boolean
  /** Why its repair did not come about. */
  readonly failed?: string
}

export interface FsckReport extends Omit<Looked, 'findings'> {
  readonly findings: readonly Told[]
}

/** Deep enough for the longest row of repairs there is. */
const MOST_ROUNDS = 5

const leadAs = ({durable, layout}: Ground, mine: Epoch): Author => ({
  by: 'fsck',
  epoch: mine,
  check: () => checkEpoch(durable, layout, mine),
})

/** The youngest epoch, also of records whose claim was lost. */
const lead = (ground: Ground, holder: string, findings: readonly Finding[]): Author => {
  const lost = findings.map(({repair}) => (repair?.do === 'claim-epoch' ? repair.epoch : 0))
  return leadAs(ground, claimEpoch(ground.durable, ground.layout, holder, Math.max(0, ...lost)))
}

/** Some repairs are of many findings at once: once is enough. */
const isGeneral = ({repair}: Finding): boolean => repair?.do === 'burn-claims' || repair?.do === 'sweep'

/** One after the other: a repair judges by what those before it left. */
const mendAll = async (ground: Ground, author: Author, due: readonly Finding[]): Promise<readonly Told[]> => {
  const [done, told] = [new Set<string>(), [] as Told[]]
  for (const finding of due) {
    const kind = finding.repair?.do ?? ''
    const failed = isGeneral(finding) && done.has(kind) ? null : await repairOne(ground, author, finding)
    done.add(kind)
    told.push(failed === null ? {finding, repaired: true} : {finding, repaired: false, failed})
  }
  return told
}

export const untold = (looked: Looked): FsckReport => ({
  ...looked,
  findings: looked.findings.map(finding => ({finding, repaired: false})),
})

/** The caller holds the scheduler's lease. `holder`: one line for people. */
export const mend = async (ground: Ground, holder: string, options: LookOptions): Promise<FsckReport> => {
  const told = new Map<string, Told>()
  let author: Author | null = null
  for (let round = 1; ; round++) {
    const looked = await look(ground, options)
    const due = looked.findings.filter(
      finding => finding.repair !== undefined && told.get(keyOf(finding))?.failed === undefined,
    )
    if (due.length === 0 || round > MOST_ROUNDS) {
      const rest = looked.findings.map(finding => told.get(keyOf(finding)) ?? {finding, repaired: false})
      const repaired = [...told.values()].filter(each => each.repaired && !rest.includes(each))
      return {...looked, findings: [...repaired, ...rest.map(each => ({...each, repaired: false}))]}
    }
    author ??= lead(ground, holder, due)
    for (const each of await mendAll(ground, author, due)) told.set(keyOf(each.finding), each)
    ground.durable.syncPending()
  }
}
