/** dockerode behind the parsers: what comes out of here has the shape that `client.ts` tells of. Keeps nothing. */
import {
  createdSchema,
  factsSchema,
  imageSchema,
  inspectedSchema,
  parsed,
  rowsSchema,
  versionSchema,
} from './answers.js'
import type {Sender} from './brief-sender.js'
import type {Abortable, ContainerClient, EngineClient} from './client.js'

/** As dockerode has it: an answer may be anything. */
export type RawClient = {
  readonly [K in 'version' | 'info' | 'ping' | 'createContainer' | 'listContainers']: (
    ...options: Parameters<EngineClient[K]>
  ) => Promise<unknown>
} & Pick<EngineClient, 'createImage' | 'getEvents'> & {
    getContainer(id: string): Omit<ContainerClient, 'inspect'> & {
      inspect(options: Abortable): Promise<unknown>
    }
    readonly modem: Sender & {
      dial(
        question: Abortable & {
          readonly method: 'GET'
          readonly path: string
          readonly statusCodes: Readonly<Record<number, string | true>>
        },
        answer: (error: unknown, said: unknown) => void,
      ): void
    }
  }

/** Not by dockerode's own verb, which drops the signal: a question that nobody waits for would stay open for ever. */
const inspectImage = ({modem}: RawClient, name: string, {abortSignal}: Abortable): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const statusCodes = {200: true, 404: 'no such image', 500: 'server error'} as const
    modem.dial({method: 'GET', path: `/images/${name}/json`, statusCodes, abortSignal}, (error, said) => {
      if (error === null || error === undefined) resolve(said)
      else reject(error)
    })
  })

const containerOf = (raw: RawClient, id: string): ContainerClient => {
  const container = raw.getContainer(id)
  return {
    inspect: async options =>
      parsed('inspect of a container', inspectedSchema, await container.inspect(options)),
    start: options => container.start(options),
    pause: options => container.pause(options),
    unpause: options => container.unpause(options),
    kill: options => container.kill(options),
    infoArchive: options => container.infoArchive(options),
    remove: options => container.remove(options),
  }
}

export const parsedClient = (raw: RawClient): EngineClient => ({
  version: async options => parsed('version', versionSchema, await raw.version(options)),
  info: async options => parsed('info', factsSchema, await raw.info(options)),
  ping: options => raw.ping(options),
  createContainer: async options => parsed('create', createdSchema, await raw.createContainer(options)),
  getContainer: id => containerOf(raw, id),
  listContainers: async options => parsed('list', rowsSchema, await raw.listContainers(options)),
  getImage: name => ({
    inspect: async options =>
      parsed('inspect of an image', imageSchema, await inspectImage(raw, name, options)),
  }),
  createImage: options => raw.createImage(options),
  getEvents: options => raw.getEvents(options),
})
