/**
 * Image names as Docker's reference grammar has them (distribution/reference): [HOST[:PORT]/]PATH[:TAG][@DIGEST].
 * Checked before anything of it reaches an engine; what is refused here could not be pulled anyway.
 */
import {type Refusal, refusal} from './errors.js'

const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?`
const PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const NAME = new RegExp(
  `^(?:${HOST}/)?${PART}(?:/${PART})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
)

/** Docker's own limit. */
const MOST = 255

/** Null = well formed; so is an image id, which has the form of a name with a tag. */
export const checkImageName = (image: string): Refusal | null => {
  if (image.length <= MOST && NAME.test(image)) return null
  return refusal(
    'E_IMAGE_BAD',
    `'${image}' is not the name of an image`,
    'Write it as NAME[:TAG], like busybox:local.',
  )
}
