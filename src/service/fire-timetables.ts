/**
 * Schedules, at each scheduling pass: those whose time has come become a job each (docs/decisions/0030-recurring-jobs.md).
 *
 * A firing is a revision of the schedule, published exclusively: one scheduler fires a moment. The id in it was claimed
 * before, so nobody else can have it; then the run is admitted as a request of its owner's would be: his account, his
 * rights, quotas and limits are those of now. After a crash in between the next pass finds the run missing, and admits it
 * by the same id and token. A run that is refused is left out, and the schedule tells why.
 */
import {type Instant, type JobId, token, type Uid} from '../core/brand.js'
import type {SubmitRequest} from '../core/request.js'
import {isOver} from '../core/state.js'
import {
  dueOf,
  fired,
  isTimed,
  reckoned,
  refusedRun,
  skipped,
  type Timed,
  wishOfRun,
} from '../core/timetable/timetable.js'
import type {Author, Stored} from '../store/jobs/job-store.js'
import {sha256} from '../store/jobs/record-codec.js'
import {claimId, raiseHint} from '../store/requests/ids.js'
import type {Drop} from '../store/requests/inbox.js'
import type {Reason as Refused} from '../store/requests/refused.js'
import {admitAll} from './admit-requests.js'
import {scheduleJobs} from './bound-jobs.js'
import type {Submission} from './judge-submissions.js'
import {publish} from './publish.js'
import {liveAndTold, readIfReadable, tellOnce} from './readable-jobs.js'
import type {Service} from './service.js'

type Schedule = Stored & {readonly record: Timed}

const isSchedule = (stored: Stored): stored is Schedule =>
  isTimed(stored.record) && !isOver(stored.record.state)

const isBusy = (service: Service, {timetable: {last}}: Timed): boolean => {
  if (last === null) return false
  const child = readIfReadable(service, last.child)
  return child === 'unread' || (child !== null && !isOver(child.record.state))
}

/**
 * The hint passes it at once, so nobody else can have it. The claim goes when the run is admitted; of one that never
 * is, for its schedule was killed meanwhile, it is burned, and with it a spec that lies alone.
 */
const freshId = ({durable, layout}: Service): JobId => {
  const id = claimId(durable, layout)
  raiseHint(durable, layout, id)
  return id
}

type NextTime = (cron: string, after: Instant, zone: string) => Instant

/** Null: nobody can tell, for a god of another version may have written it. That concerns this schedule alone. */
const nextOf = (
  service: Service,
  {id, timetable}: Timed,
  now: Instant,
  nextTime: NextTime,
): Instant | null => {
  try {
    return nextTime(timetable.cron, now, timetable.zone)
  } catch (error) {
    const [why] = String(error).split('\n')
    tellOnce(service, `the next time of schedule ${id} cannot be told: ${why}`)
    return null
  }
}

/** Null: there is nothing to do, or somebody was faster. */
const step = (service: Service, base: Schedule, author: Author, nextTime: NextTime): Stored | null => {
  const {record} = base
  const now = service.now()
  const due = dueOf(record, now, isBusy(service, record))
  const next = due === 'nothing' ? null : nextOf(service, record, now, nextTime)
  if (due === 'nothing' || next === null) return null
  const change = {
    reckon: () => reckoned(record, next),
    skip: () => skipped(record, next),
    fire: () => fired(record, freshId(service), now, next),
  }[due]()
  return publish(service, base, change, author, 'now')
}

/** The part of a drop folder that admission asks for; what it refuses is told. */
const dropFor = (uid: Uid, refused: (why: Refused) => void): Drop => ({
  uid,
  path: '',
  name: '',
  tokens: () => [],
  read: () => ({kind: 'gone'}),
  has: () => false,
  finish: () => undefined,
  refuse: (_, why) => refused(why),
  close: () => undefined,
})

/** The same at each try: so its spec is found again as its own. */
const tokenOf = ({format}: Service, {id, timetable}: Timed) =>
  token(sha256(`${format.cluster}\nschedule\n${id}\n${timetable.last?.child}`).slice(0, 24))

const tell = (service: Service, {record: {id}}: Schedule, why: Refused, author: Author): void => {
  const base = readIfReadable(service, id)
  if (base === null || base === 'unread' || !isSchedule(base)) return
  if (base.record.state === 'pending')
    publish(service, base, refusedRun(base.record, why.message), author, 'now')
}

/** The run of its last firing, which is not there. */
const missingRun = (service: Service, base: Schedule, author: Author): readonly Submission[] => {
  const {id, uid, timetable} = base.record
  if (timetable.last === null || base.record.state !== 'pending') return []
  const spec = service.specs.look(id)
  if (spec.kind !== 'whole') return []
  const request: SubmitRequest = {
    v: 1,
    op: 'submit',
    tok: tokenOf(service, base.record),
    cluster: service.format.cluster,
    id: timetable.last.child,
    wish: wishOfRun(spec.spec.wish, id),
  }
  return [
    {drop: dropFor(uid, why => tell(service, base, why, author)), request, writtenAt: timetable.last.at},
  ]
}

/** Whose owner is gone, or whose number is another person's by now, is held; one that cannot be looked up now is left alone. */
const hasOwner = async (service: Service, base: Schedule, author: Author): Promise<boolean> => {
  const {uid, user} = base.record
  let gone: string
  try {
    const account = await service.auth.byUid(uid)
    // Root's jobs run as another account, whose name is not asked for here.
    if (account !== null && (uid === 0 || account.name === user)) return true
    gone =
      account === null
        ? `uid ${uid} has no account on this site any more`
        : `uid ${uid} is ${account.name} now, and the schedule is ${user}'s`
  } catch (error) {
    service.log('warning', `cannot look up uid ${uid} now: ${String(error)}`)
    return false
  }
  const reason = {code: 'held', text: `held: ${gone}`}
  publish(service, base, {state: 'held', reason}, author, 'now')
  return false
}

/** How many runs came into the queue. */
export const fireTimetables = async (service: Service, author: Author): Promise<number> => {
  const live = liveAndTold(service)
  const schedules = scheduleJobs(live)
    .filter(isSchedule)
    .filter(({record}) => record.state === 'pending')
  if (schedules.length === 0) return 0
  const now = service.now()
  const isPacked = service.manifest.now()
  /** Live, or it was once. */
  const isThere = (id: JobId): boolean => live.get(id) !== null || live.unread.has(id) || isPacked(id)
  const lacksRun = ({record: {timetable}}: Schedule): boolean =>
    timetable.last !== null && !isThere(timetable.last.child)
  const wanting = schedules.filter(base => dueOf(base.record, now, false) !== 'nothing' || lacksRun(base))
  if (wanting.length === 0) return 0
  // Only here: it costs more than a pass.
  const {nextTime} = await import('./timetable.js')
  const missing: Submission[] = []
  for (const base of wanting) {
    if (!(await hasOwner(service, base, author))) continue
    // First what was fired before: of its run, a spec may be there already.
    const after = (lacksRun(base) ? null : step(service, base, author, nextTime)) ?? base
    if (isSchedule(after) && lacksRun(after)) missing.push(...missingRun(service, after, author))
  }
  return (await admitAll(service, missing, author)).admitted
}
