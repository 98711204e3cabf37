import type { ComparedFace, Comparison, ComparisonWithFaces, QualityReason } from './comparison.js'
import { type Data, isNumber, isObject, type JsonObject, MismatchError, openData } from './data.js'
import { FaceCompareApiError, FaceCompareNoAnswerError, type Side } from './errors.js'
import type { TransportAnswer } from './transport.js'

export interface ComparisonOptions {
  readonly returnFaces: boolean
  readonly threshold: number
}

/**
 * What is read of the `data` of an answer. What decides is its `code`, whatever the HTTP status. Throws FaceCompareApiError for
 * an error of the service and FaceCompareNoAnswerError `unreadable` for what is not the service's, of which `read` throws MismatchError.
 */
export function readAnswer<T>(answer: TransportAnswer, origin: string, read: (data: JsonObject) => T): T {
  const body = parseObject(answer.text)
  if (!body || typeof body.code !== 'number' || typeof body.message !== 'string') throw unreadable(answer, origin)
  const data = isObject(body.data) ? body.data : {}
  if (body.code !== 0) throw readError(body.code, body.message, data, answer)
  try {
    return read(data)
  } catch (error) {
    throw error instanceof MismatchError ? unreadable(answer, origin) : error
  }
}

/** The same, of which the fields are asked for by their names. */
export function readData<T>(answer: TransportAnswer, origin: string, read: (data: Data) => T): T {
  return readAnswer(answer, origin, (data) => read(openData(data)))
}

/** The comparison in an answer. Throws as {@link readAnswer}. */
export function readComparison(
  answer: TransportAnswer,
  origin: string,
  options: ComparisonOptions,
): Comparison | ComparisonWithFaces {
  return readAnswer(answer, origin, (data) => {
    const comparison = readScores(data, options)
    if (!comparison) throw new MismatchError('There are no scores.')
    if (!options.returnFaces) return comparison
    const [A, B] = [readFace(data.faceA), readFace(data.faceB)]
    if (!A || !B) throw new MismatchError('There are no faces.')
    return { ...comparison, faces: { A, B }, stagesMs: readStages(answer) }
  })
}

function readScores(data: JsonObject, { threshold }: ComparisonOptions): Comparison | undefined {
  const { similarity, session_id: sessionId } = data
  const parts = { eyebrow: data.eyebrow_sim, eye: data.eye_sim, nose: data.nose_sim, mouth: data.mouth_sim }
  if (!isNumber(similarity) || typeof sessionId !== 'string' || !areNumbers(parts)) return undefined
  const checked = typeof data.quality_checked === 'boolean' ? { qualityChecked: data.quality_checked } : {}
  return { similarity, match: similarity >= threshold, threshold, parts, sessionId, ...checked }
}

function readFace(face: unknown): ComparedFace | undefined {
  if (!isObject(face) || !isObject(face.box) || !Array.isArray(face.landmarks)) return undefined
  const { x, y, width, height } = face.box
  const box = { x, y, width, height }
  const rest = { detectionScore: face.detection_score, rollDegrees: face.roll, faceCount: face.face_count }
  const landmarks: readonly unknown[] = face.landmarks
  if (!areNumbers(box) || !areNumbers(rest) || !landmarks.every(isPoint)) return undefined
  const size = { imageWidth: face.image_width, imageHeight: face.image_height }
  const { quality } = face
  const shown = isNumber(quality) ? { quality, qualityReasons: readReasons(face.quality_reasons) } : {}
  return { box, landmarks, ...rest, ...(areNumbers(size) ? size : {}), ...shown }
}

const QUALITY_REASONS: ReadonlySet<unknown> = new Set<QualityReason>([
  'small',
  'blurred',
  'dark',
  'over_exposed',
  'covered',
  'turned_away',
  'cut_off',
])

/** Those that this client knows: a later service may tell others as well. */
function readReasons(reasons: unknown): readonly QualityReason[] {
  const isReason = (reason: unknown): reason is QualityReason => QUALITY_REASONS.has(reason)
  return Array.isArray(reasons) ? reasons.filter(isReason) : []
}

/** The `Server-Timing` header (W3C Server Timing, section 3): `decodeA;dur=1.5, ...`. */
function readStages(answer: TransportAnswer): Readonly<Record<string, number>> {
  const stages: Record<string, number> = {}
  for (const entry of headerOf(answer, 'server-timing').split(',')) {
    const [, name, ms] = /^\s*([\w-]+)\s*;\s*dur=([\d.]+)/.exec(entry) ?? []
    if (name !== undefined) stages[name] = Number(ms)
  }
  return stages
}

const SIDES: ReadonlyMap<unknown, Side> = new Map([
  [1, 'A'],
  [2, 'B'],
])

function readError(code: number, kind: string, data: JsonObject, answer: TransportAnswer): FaceCompareApiError {
  return new FaceCompareApiError({
    code,
    kind,
    detail: typeof data.detail === 'string' ? data.detail : undefined,
    side: SIDES.get(data.fail_flag),
    status: answer.status,
    sessionId: typeof data.session_id === 'string' ? data.session_id : undefined,
    retryAfterSeconds: readRetryAfter(answer),
    quality: isNumber(data.quality) ? data.quality : undefined,
    qualityReasons: readReasons(data.quality_reasons),
  })
}

const SHOWN_CHARACTERS = 60

function unreadable(answer: TransportAnswer, origin: string): FaceCompareNoAnswerError {
  const { status, text } = answer
  const options = { status, retryAfterSeconds: readRetryAfter(answer) }
  return new FaceCompareNoAnswerError('unreadable', describeStranger(origin, status, text), options)
}

function describeStranger(origin: string, status: number, text: string): string {
  // Browsers tell nothing of a redirect that is not followed: its status is 0.
  if (status === 0 || (status >= 300 && status < 400)) {
    return `${origin} redirects calls to another address, which is not followed: set baseUrl to that address.`
  }
  const begin = text.replace(/\s+/g, ' ').trim().slice(0, SHOWN_CHARACTERS)
  const shown = begin === '' ? 'It is empty.' : `It begins with ${JSON.stringify(begin)}.`
  return `The answer from ${origin} (HTTP status ${status}) is not one of a face comparison service. ${shown}`
}

function headerOf({ headers }: TransportAnswer, wanted: string): string {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? ''
}

function readRetryAfter(answer: TransportAnswer): number | undefined {
  const value = headerOf(answer, 'retry-after')
  if (/^\d+$/.test(value)) return Number(value)
  const atMs = Date.parse(value)
  return Number.isNaN(atMs) ? undefined : Math.max(0, Math.ceil((atMs - Date.now()) / 1000))
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function areNumbers<K extends string>(values: Readonly<Record<K, unknown>>): values is Readonly<Record<K, number>> {
  return Object.values(values).every(isNumber)
}

function isPoint(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(isNumber)
}
