/** What the service said, as far as the page shows it. */
export type Answer = Success | Refusal

export interface Success {
  readonly kind: 'success'
  /** 0 to 100. */
  readonly similarity: number
  readonly parts: { readonly eyebrow: number; readonly eye: number; readonly nose: number; readonly mouth: number }
  readonly faceA: ShownFace
  readonly faceB: ShownFace
}

export interface Refusal {
  readonly kind: 'refusal'
  readonly code: number
  /** The sentence of the service, in English. */
  readonly detail: string
  readonly sessionId: string
  readonly side?: 'A' | 'B'
}

/** Where a face is, in pixels of the upright picture. */
export interface ShownFace {
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  readonly landmarks: readonly (readonly [x: number, y: number])[]
  readonly detectionScore: number
  readonly faceCount: number
  readonly imageWidth: number
  readonly imageHeight: number
}

/** Reads the JSON of an answer; undefined when it is none of this service. */
export function readAnswer(text: string): Answer | undefined {
  try {
    const body = record(JSON.parse(text))
    const data = record(body.data)
    return number(body.code) === 0 ? readSuccess(data) : readRefusal(number(body.code), data)
  } catch {
    return undefined
  }
}

function readSuccess(data: Json): Success {
  return {
    kind: 'success',
    similarity: number(data.similarity),
    parts: {
      eyebrow: number(data.eyebrow_sim),
      eye: number(data.eye_sim),
      nose: number(data.nose_sim),
      mouth: number(data.mouth_sim),
    },
    faceA: readFace(record(data.faceA)),
    faceB: readFace(record(data.faceB)),
  }
}

function readRefusal(code: number, data: Json): Refusal {
  const side = data.fail_flag === 1 ? 'A' : data.fail_flag === 2 ? 'B' : undefined
  const { detail = '', session_id: sessionId = '' } = data
  return { kind: 'refusal', code, detail: String(detail), sessionId: String(sessionId), ...(side ? { side } : {}) }
}

function readFace(face: Json): ShownFace {
  const box = record(face.box)
  const landmarks = Array.isArray(face.landmarks) ? face.landmarks : []
  return {
    box: { x: number(box.x), y: number(box.y), width: number(box.width), height: number(box.height) },
    landmarks: landmarks.map((point: unknown) => {
      const [x, y] = Array.isArray(point) ? point : []
      return [number(x), number(y)]
    }),
    detectionScore: number(face.detection_score),
    faceCount: number(face.face_count),
    imageWidth: number(face.image_width),
    imageHeight: number(face.image_height),
  }
}

type Json = Readonly<Record<string, unknown>>

function record(value: unknown): Json {
  if (typeof value !== 'object' || value === null) throw new TypeError('Expected an object.')
  return { ...value }
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('Expected a number.')
  return value
}
