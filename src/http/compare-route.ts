import type { FastifyReply, FastifyRequest } from 'fastify'
import { claimSingleUse, type Identity, type SignatureLedger } from '../auth/authenticate.js'
import type { Comparison, Face, FaceEngine } from '../engine/engine.js'
import { type CheckedComparison, compareChecked, requireQuality } from '../engine/require-quality.js'
import { FaceCompareError, type Side } from '../errors.js'
import type { FetchImage } from '../image/fetch-remote.js'
import { type Call, describeStages, noteStage, timed } from './call-log.js'
import {
  attribute,
  checkApp,
  type ImageSource,
  readMinQuality,
  readSides,
  requireComparison,
  type Sides,
  wantsFaces,
} from './compare-call.js'
import { type Connections, isIncomplete } from './connections.js'
import type { Fields } from './fields.js'
import type { Replies } from './reply.js'
import { requireSignatureStill, type SignatureGate } from './request-signature.js'
import { type ReadingOrder, readUpload, type UploadLimits } from './upload.js'
import type { UploadBudget, UploadShare } from './upload-budget.js'

export interface CompareContext {
  readonly engine: FaceEngine
  readonly fetchImage: FetchImage
  readonly ledger: SignatureLedger
  readonly maxImageBytes: number
  readonly uploadLimits: UploadLimits
  readonly readingOrder: ReadingOrder
  /** Asked again when the body is there. */
  readonly gate: SignatureGate
  /** What the images of all calls may hold together. */
  readonly budget: UploadBudget
  readonly connections: Connections
  readonly replies: Replies
}

/** Of a call. */
const IMAGES = 2
const LARGE_BODY_BYTES = 1024 * 1024

interface CallContext extends CompareContext {
  readonly share: UploadShare
}

interface SidesContext extends CallContext {
  /** The model pack's own when undefined. */
  readonly minQuality: number | undefined
  readonly onWorkerLost: () => void
}

/** Answers a comparison: upload, app, single use, the two sides, their similarity. Throws FaceCompareErrors. */
export async function answerComparison(
  request: FastifyRequest,
  reply: FastifyReply,
  context: CompareContext,
): Promise<FastifyReply> {
  const share = context.budget.open(identityOf(request).appid)
  try {
    return await compareUpload(request, reply, { ...context, share })
  } finally {
    // Not before: the images are views of the body.
    share.close()
  }
}

async function compareUpload(
  request: FastifyRequest,
  reply: FastifyReply,
  context: CallContext,
): Promise<FastifyReply> {
  const { call } = request
  const { connections, engine, uploadLimits, readingOrder, share } = context
  const cameWithHead = !isIncomplete(request.raw)
  const admit = (): void => {
    if (isRefusedAtOnce(request)) engine.requireRoom?.(IMAGES)
  }
  const fields = await timed(call, 'upload', () =>
    readUpload(request.raw, reply.raw, call, connections, uploadLimits, share, readingOrder, admit),
  )
  if (request.routeOptions.url === '/face/identify') requireComparison(fields)
  const identity = cameWithHead ? identityOf(request) : await requireSignatureStill(request, context.gate)
  checkApp(fields, identity)
  const withFaces = wantsFaces(fields)
  const minQuality = readMinQuality(fields)
  // Before the claim: who is asked to come again must be able to, with the same signature.
  engine.requireRoom?.(IMAGES)
  context.gate.losses.requirePeace(identity.appid)
  const giveBack = await context.gate.quotas.reserve(identity.appid, identity.limits?.monthlyQuota)
  try {
    await claimSingleUse(identity, context.ledger)
    return await compareFields(
      fields,
      request,
      reply,
      { ...context, minQuality, onWorkerLost: () => context.gate.losses.note(identity.appid) },
      withFaces,
    )
  } finally {
    giveBack()
  }
}

async function compareFields(
  fields: Fields,
  request: FastifyRequest,
  reply: FastifyReply,
  context: SidesContext,
  withFaces: boolean,
): Promise<FastifyReply> {
  const { call } = request
  const sides = await readSides(fields, context.maxImageBytes)
  const { comparison, faces } = await timed(call, 'faces', () =>
    compareSides(sides, call, context, stopWhenClientLeaves(reply)),
  )
  if (withFaces) reply.header('server-timing', describeStages(call))
  return context.replies.sendComparison(request, reply, comparison, {
    faces: withFaces ? faces : undefined,
    qualityChecked: context.minQuality === undefined ? undefined : comparison.qualityChecked,
  })
}

/** Of a request that the signature's hook let in. */
function identityOf({ call }: FastifyRequest): Identity {
  if (!call.identity) throw new FaceCompareError('SIGNATURE_MISSING', 'The request carries no signature.')
  return call.identity
}

/**
 * Whether a full queue is told before the body is looked at: when it is there already, so that the connection lives on, or when it
 * is so large that taking it in for nothing costs more than another connection.
 */
function isRefusedAtOnce({ raw }: FastifyRequest): boolean {
  return !isIncomplete(raw) || Number(raw.headers['content-length'] ?? 0) > LARGE_BODY_BYTES
}

/** Aborts when the connection closes before the answer is out. */
function stopWhenClientLeaves(reply: FastifyReply): AbortController {
  const stop = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableEnded) stop.abort()
  })
  return stop
}

/** Both sides at once; A's failure is told before B's, and ends the work on B. */
async function compareSides(
  sides: Sides<ImageSource>,
  call: Call,
  context: SidesContext,
  stop: AbortController,
): Promise<{ readonly comparison: CheckedComparison; readonly faces: Sides<Face> }> {
  const pendingA = analyzeSide('A', sides.A, call, context, stop.signal)
  const pendingB = analyzeSide('B', sides.B, call, context, stop.signal)
  try {
    const a = await Promise.race([pendingA, refusalOf(pendingB)])
    const faces = { A: a, B: await pendingB }
    const comparison = compareChecked(context.engine, faces.A, faces.B, context)
    checkScores(comparison)
    return { comparison, faces }
  } catch (error) {
    stop.abort(error)
    throw error
  }
}

/**
 * Rejects when the queue had no place for the side; settles on nothing else. Such a call fails whatever the other side
 * does, which would only take its turn from calls that can still be answered.
 */
function refusalOf(pending: Promise<Face>): Promise<never> {
  return new Promise((_resolve, reject) => {
    pending.catch((error: FaceCompareError) => {
      if (error.kind === 'TOO_MANY_REQUESTS') reject(error)
    })
  })
}

async function analyzeSide(
  side: Side,
  source: ImageSource,
  call: Call,
  { engine, fetchImage, share, minQuality, onWorkerLost }: SidesContext,
  signal: AbortSignal,
): Promise<Face> {
  try {
    const bytes =
      'url' in source
        ? await timed(call, `fetch${side}`, () => fetchImage(source.url, signal, share.take))
        : source.bytes
    if (bytes.length === 0) throw new FaceCompareError('IMAGE_EMPTY', `The url${side} answered without any bytes.`)
    call.bytes[`image${side}`] = bytes.length
    const face = await timed(call, `analyze${side}`, () => engine.analyze(bytes, signal, onWorkerLost))
    noteStages(call, side, face)
    requireQuality(face, minQuality ?? engine.leastQuality)
    return face
  } catch (error) {
    throw attribute(error, side)
  }
}

function noteStages(call: Call, side: Side, { stages }: Face): void {
  noteStage(call, `decode${side}`, stages.decodeMs)
  noteStage(call, `detect${side}`, stages.detectMs)
  noteStage(call, `align${side}`, stages.alignMs)
  noteStage(call, `embed${side}`, stages.embedMs)
}

/** JSON has no NaN: it would go out as `null` under the code of success. */
function checkScores({ similarity, parts }: Comparison): void {
  const scores = [similarity, ...Object.values(parts)]
  if (scores.every((score) => score >= 0 && score <= 100)) return
  throw new FaceCompareError('INTERNAL', 'The similarity could not be computed.')
}
