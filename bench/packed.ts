/** Packed jobs among many: finding one, what ended lately, the start of a reader, and what a pass pays for them. */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {jobId} from '../src/core/brand.js'
import {realFileSystem} from '../src/store/disk/file-system.js'
import {layoutOf} from '../src/store/layout.js'
import {createManifestReader, manifestPath} from '../src/store/packs/manifest.js'
import {createPacks} from '../src/store/packs/packs.js'
import {line, median, milliseconds} from './measure.js'
import {fillPackedSite} from './packed-site.js'

const SIZES = process.env.GOD_BENCH_PACKED?.split(',').map(Number) ?? [1000, 100_000]
const LOOKUPS = 400
const god = fileURLToPath(new URL('../bin/god.cjs', import.meta.url))

const lookups = async (work: (id: number) => void, jobs: number): Promise<number> => {
  const times: number[] = []
  for (let i = 0; i < LOOKUPS; i++) {
    const id = 1 + ((i * 7_919_317) % jobs)
    times.push(await milliseconds(() => work(id)))
  }
  return median(times)
}

const ms = (n: number): string => `${n.toFixed(3)} ms`

for (const jobs of SIZES) {
  const folder = mkdtempSync(join(tmpdir(), 'god-bench-'))
  const dir = join(folder, 'site')
  try {
    execFileSync(process.execPath, [god, 'init', dir, '--executor', 'fake'], {stdio: 'ignore'})
    const layout = layoutOf(dir)
    const filled = await milliseconds(() => void fillPackedSite({dir, jobs, specs: true}))
    line(`${jobs} packed jobs: made`, `${(filled / 1000).toFixed(1)} s`)
    const opened = await milliseconds(() => void createManifestReader(realFileSystem, layout).newest())
    const size = statSync(manifestPath(layout, 1)).size
    line('  the manifest read', ms(opened), `${size} bytes`)
    const manifest = createManifestReader(realFileSystem, layout)
    const packs = createPacks(realFileSystem, layout, manifest)
    const {segments} = manifest.newest().manifest
    line('  segments', String(segments.length))
    line('  is it packed?', ms(await lookups(id => void manifest.contains(jobId(id)), jobs)))
    line('  one job', ms(await lookups(id => void packs.job(jobId(id)), jobs)))
    line('  one spec', ms(await lookups(id => void packs.spec(jobId(id)), jobs)))
    const hour = Date.now() - 3600_000
    let found = 0
    const since = await milliseconds(() => {
      found = packs.endedSince(hour).length
    })
    line('  those of the last hour', ms(since), `${found} jobs`)
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}
