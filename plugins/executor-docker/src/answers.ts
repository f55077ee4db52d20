/**
 * What an engine may answer, field by field: nothing of an answer is believed before it was parsed here. Pure.
 *
 * An exit code that is missing would else be read as 0, and half a listing as all of it. An answer that does not fit
 * is as one that never came: the caller asks again later. Fields that are not read are let through.
 */
import * as v from 'valibot'

const labels = v.nullish(v.record(v.string(), v.string()))
const id = v.pipe(v.string(), v.nonEmpty())
const flag = v.optional(v.boolean())

export const versionSchema = v.object({
  ApiVersion: v.string(),
  MinAPIVersion: v.optional(v.string()),
  Version: v.string(),
  Components: v.nullish(v.array(v.object({Name: v.string(), Version: v.string()}))),
})
export type EngineVersion = v.InferOutput<typeof versionSchema>

/** `GET /info`; a missing field means "does not have it". */
export const factsSchema = v.object({
  ID: v.optional(v.string()),
  Name: v.optional(v.string()),
  DockerRootDir: v.optional(v.string()),
  NCPU: v.optional(v.pipe(v.number(), v.safeInteger())),
  MemTotal: v.optional(v.pipe(v.number(), v.safeInteger())),
  CgroupDriver: v.optional(v.string()),
  CgroupVersion: v.optional(v.string()),
  SecurityOptions: v.nullish(v.array(v.string())),
  LiveRestoreEnabled: flag,
  MemoryLimit: flag,
  SwapLimit: flag,
  CpuCfsQuota: flag,
  PidsLimit: flag,
})
export type EngineFacts = v.InferOutput<typeof factsSchema>

/** `GET /containers/ID/json`. */
export const inspectedSchema = v.object({
  Id: id,
  Name: v.string(),
  Image: v.optional(v.string()),
  State: v.object({
    Status: v.string(),
    ExitCode: v.pipe(v.number(), v.safeInteger()),
    OOMKilled: flag,
    Error: v.optional(v.string()),
    StartedAt: v.optional(v.string()),
    FinishedAt: v.optional(v.string()),
  }),
  Config: v.object({Labels: labels}),
})
export type Inspected = v.InferOutput<typeof inspectedSchema>

/** `GET /containers/json`. One that is being removed may have lost its names. */
export const rowsSchema = v.array(
  v.object({Id: id, Names: v.nullish(v.array(v.string())), State: v.string(), Labels: labels}),
)
export type Row = v.InferOutput<typeof rowsSchema>[number]

/** `GET /images/NAME/json`. */
export const imageSchema = v.object({
  Id: id,
  Config: v.nullish(v.object({Volumes: v.nullish(v.record(v.string(), v.unknown()))})),
})
export type InspectedImage = v.InferOutput<typeof imageSchema>

/** `GET /events`, one of them; the attributes of a container are its labels and more. */
export const eventSchema = v.object({Actor: v.object({Attributes: v.record(v.string(), v.string())})})

export const createdSchema = v.object({id})
export type Created = v.InferOutput<typeof createdSchema>

export const parsed = <S extends v.GenericSchema>(
  question: string,
  schema: S,
  answer: unknown,
): v.InferOutput<S> => {
  const result = v.safeParse(schema, answer, {abortEarly: true})
  if (result.success) return result.output
  const issue = result.issues[0]
  const path = v.getDotPath(issue)
  throw new Error(
    `the engine's answer to ${question} makes no sense: ${path === null ? '' : `${path}: `}${issue.message}`.slice(
      0,
      300,
    ),
  )
}
