/** Once a day, whoever schedules looks for what crashes left; a mark on the disk tells cron passes when it was. */
import {join} from 'node:path'
import {lstatIfThere} from '../store/disk/read-file.js'
import {removeStaleTemporaries, TEMPORARY_LIFE} from '../store/disk/stale-temporaries.js'
import type {Service} from './service.js'

const markPath = ({layout}: Service): string => join(layout.locks, 'swept')

const isDue = (service: Service): boolean => {
  const mark = lstatIfThere(service.durable.fs, markPath(service))
  return mark === null || service.now() - mark.mtimeMs >= TEMPORARY_LIFE
}

export const sweepTemporaries = (service: Service): void => {
  if (!isDue(service)) return
  const {durable, layout} = service
  const removed = removeStaleTemporaries(durable.fs, layout, service.now())
  durable.replace(markPath(service), Buffer.from(`${removed}\n`), 0o644)
  if (removed > 0) service.log('info', `removed ${removed} temporary files that crashes left`)
}
