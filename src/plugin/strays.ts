/**
 * A package that was refused after npm had fetched it stays among the dependencies of the place, and a tarball that is
 * gone would then fail every later run of npm. What is on no list of plugins is taken off that one too; npm removes
 * the files by itself at its next run. A crash before the rename changes nothing.
 */
import {readFileSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import * as v from 'valibot'
import {parseWith} from '../core/parse-with.js'
import {installedIn} from './installed.js'

const projectSchema = v.looseObject({dependencies: v.record(v.string(), v.unknown())})

export const forgetStrays = (place: string): void => {
  const path = join(place, 'package.json')
  try {
    const project = parseWith(projectSchema, JSON.parse(readFileSync(path, 'utf8')))
    if (!project.ok) return
    const names = installedIn(place).plugins.map(({name}) => name)
    const kept = Object.entries(project.value.dependencies).filter(([name]) => names.includes(name))
    const text = JSON.stringify({...project.value, dependencies: Object.fromEntries(kept)}, null, 2)
    const fresh = `${path}.${process.pid}.new`
    writeFileSync(fresh, text, {mode: 0o644})
    renameSync(fresh, path)
  } catch {
    // No list, or none that can be read or written: the failure that led here is the one to tell.
  }
}
