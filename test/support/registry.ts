/** A registry on this host that has one image of the engine under every tag of `NAME`: so pulls can be tried offline. */
import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {once} from 'node:events'
import {createWriteStream, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {createServer, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pipeline} from 'node:stream/promises'
import {gzipSync} from 'node:zlib'
import type Docker from 'dockerode'

export interface Registry {
  /** Of an image: `NAME:any-tag`. */
  readonly name: string
  close(): Promise<void>
}

interface Blob {
  readonly digest: string
  readonly size: number
  readonly bytes: Buffer
}

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'

const blobOf = (bytes: Buffer): Blob => ({
  digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  size: bytes.length,
  bytes,
})

/** Config and layers of an image, out of the engine's archive of it. */
const unpacked = async (docker: Docker, image: string): Promise<{config: Blob; layers: readonly Blob[]}> => {
  const folder = mkdtempSync(join(tmpdir(), 'god-r-'))
  try {
    const archive = join(folder, 'archive.tar')
    await pipeline(await docker.getImage(image).get(), createWriteStream(archive))
    execFileSync('tar', ['-xf', archive, '-C', folder])
    const [manifest] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as [
      {Config: string; Layers: string[]},
    ]
    const read = (path: string): Buffer => readFileSync(join(folder, path))
    return {
      config: blobOf(read(manifest.Config)),
      layers: manifest.Layers.map(path => blobOf(gzipSync(read(path)))),
    }
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

export const openRegistry = async (docker: Docker, image: string): Promise<Registry> => {
  const {config, layers} = await unpacked(docker, image)
  const described = (mediaType: string, {digest, size}: Blob) => ({mediaType, digest, size})
  const manifest = blobOf(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: described('application/vnd.docker.container.image.v1+json', config),
        layers: layers.map(layer => described('application/vnd.docker.image.rootfs.diff.tar.gzip', layer)),
      }),
    ),
  )
  const blobs = new Map([config, ...layers].map(blob => [blob.digest, blob]))
  const give = (response: ServerResponse, type: string, {bytes, digest}: Blob, head: boolean): void => {
    response.writeHead(200, {
      'Content-Type': type,
      'Content-Length': bytes.length,
      'Docker-Content-Digest': digest,
    })
    response.end(head ? undefined : bytes)
  }
  const server = createServer(({method, url = ''}, response) => {
    const head = method === 'HEAD'
    const blob = blobs.get(/\/blobs\/(sha256:[0-9a-f]+)$/.exec(url)?.[1] ?? '')
    if (url === '/v2/') response.writeHead(200, {'Content-Type': 'application/json'}).end('{}')
    else if (/\/manifests\//.test(url)) give(response, MANIFEST, manifest, head)
    else if (blob !== undefined) give(response, 'application/octet-stream', blob, head)
    else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    name: `localhost:${(server.address() as AddressInfo).port}/god-r20`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
