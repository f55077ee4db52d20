/**
 * From an image's name to its id: what the node has already, else what a pull brings.
 *
 * An image that is here is never pulled again. One that cannot be had is a `fault`, a sentence for people; only
 * "the engine could not be asked" is thrown. Pulls of the same image share one; nothing is kept after that.
 */
import type {Engine} from './engine.js'
import {type ImageReference, parseImage} from './image-reference.js'
import {pullImage} from './pull.js'
import {pullSentence} from './pull-words.js'
import {saysGone} from './refusal.js'

export interface Image {
  readonly id: string
  /** Paths that the image declares as VOLUME. */
  readonly volumes: readonly string[]
}

export type ImageAnswer = {readonly image: Image} | {readonly fault: string}

/** Two questions, so that something else can be asked before a pull, which may take minutes. */
export interface Images {
  /** Null: a pull may bring it. */
  here(name: string): Promise<ImageAnswer | null>
  /** Pulls it, whether or not it is here. */
  pulled(name: string): Promise<ImageAnswer>
}

const localImage = async (engine: Engine, {text}: ImageReference): Promise<Image | null> => {
  try {
    const found = await engine.ask((docker, abortSignal) => docker.getImage(text).inspect({abortSignal}))
    return {id: found.Id, volumes: Object.keys(found.Config?.Volumes ?? {})}
  } catch (error) {
    if (saysGone(error)) return null
    throw error
  }
}

const fetched = async (engine: Engine, reference: ImageReference, seconds: number): Promise<ImageAnswer> => {
  const {text, pull} = reference
  if (pull === null) return {fault: `image ${text} is not on this node, and an id cannot be pulled`}
  const fault = await pullImage(engine, pull, seconds)
  // What came in spite of an error, or from elsewhere meanwhile, is as good.
  const image = await localImage(engine, reference)
  if (image !== null) return {image}
  return {
    fault:
      fault === null
        ? `image ${text} was pulled, but the engine does not show it`
        : pullSentence(text, fault),
  }
}

const noName = (name: string): ImageAnswer => ({
  fault: `${JSON.stringify(name)} is not the name of an image`,
})

export const createImages = (engine: Engine, pullSeconds: number): Images => {
  const pulls = new Map<string, Promise<ImageAnswer>>()

  return {
    here: async name => {
      const reference = parseImage(name)
      if (reference === null) return noName(name)
      const image = await localImage(engine, reference)
      return image === null ? null : {image}
    },
    pulled: name => {
      const reference = parseImage(name)
      if (reference === null) return Promise.resolve(noName(name))
      const running = pulls.get(reference.text)
      if (running !== undefined) return running
      const pull = fetched(engine, reference, pullSeconds).finally(() => pulls.delete(reference.text))
      pulls.set(reference.text, pull)
      return pull
    },
  }
}
