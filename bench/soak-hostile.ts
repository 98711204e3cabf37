/** Calls that were made to do harm. Of most it is only known that they must be answered, and with what codes at the most. */
import { type HostileFile, lyingHeaders, metadataBombs, pictureBombs, polyglots } from '../test/fuzz/hostile-files.js'
import { hasAnswer, parseAnswers } from '../test/support/raw-http.js'
import {
  type CallKind,
  codeOf,
  httpKind,
  jsonCall,
  multipartCall,
  OK,
  orBusy,
  type Scene,
  sign,
  withBody,
} from './soak-kinds.js'
import { mutate } from './soak-mutate.js'
import { callRaw, type HttpCall, leaveAfter, type Reply, sendRaw, toHttp } from './soak-wire.js'

/** Just below the limit of pixels. */
const BOMB_SIDE = 1999

const NO_FACE = codeOf('FACE_NOT_DETECTED')
const UNDECODABLE = codeOf('IMAGE_UNDECODABLE')
const UNSUPPORTED = codeOf('IMAGE_FORMAT_UNSUPPORTED')
const UNREADABLE = codeOf('BAD_REQUEST')
/** Changed pixels may hide a part of the face, too. */
const REFUSED_PICTURE = [NO_FACE, UNDECODABLE, UNSUPPORTED, codeOf('IMAGE_EMPTY'), codeOf('QUALITY_TOO_LOW')]
/** Whatever a body may say that was changed at random. */
const ANYTHING_SAID = orBusy(
  OK,
  ...REFUSED_PICTURE,
  UNREADABLE,
  codeOf('APP_MISMATCH'),
  codeOf('INVALID_PARAMETER'),
  codeOf('PARAMETER_MISSING'),
  codeOf('PARAMETER_TOO_LONG'),
  codeOf('URL_UNREACHABLE'),
  codeOf('URL_DOWNLOAD_FAILED'),
)

const ANYTHING_ASKED = [
  ...ANYTHING_SAID,
  codeOf('PERSON_UNKNOWN'),
  codeOf('GROUP_UNKNOWN'),
  codeOf('GROUP_LIST_UNKNOWN'),
  codeOf('PARAMETER_INVALID'),
]

const hostile = (name: string, codes: readonly number[], make: (scene: Scene) => HttpCall) =>
  httpKind('hostile', name, codes, make)

const rawKind = (name: string, codes: readonly number[], send: (scene: Scene) => Promise<Reply>): CallKind => ({
  name,
  nature: 'hostile',
  codes,
  send,
})

/** One file after the other, each beside a good picture. */
function fileKind(name: string, files: readonly HostileFile[], codes: readonly number[]): CallKind {
  let next = 0
  return hostile(name, orBusy(...codes), ({ man }) => {
    const file = files[next++ % files.length]
    return multipartCall({ imageA: file?.bytes ?? man, imageB: man })
  })
}

function mutateBody({ body, ...call }: HttpCall, random: () => number): HttpCall {
  return { ...call, body: mutate(body, random) }
}

const PICTURES: readonly CallKind[] = [
  hostile('a picture with random changes', orBusy(OK, ...REFUSED_PICTURE), ({ man, formats, random }) => {
    const all = [man, ...Object.values(formats)]
    return multipartCall({ imageA: mutate(all[Math.floor(random() * all.length)] ?? man, random), imageB: man })
  }),
  hostile('a picture that ends anywhere', orBusy(OK, ...REFUSED_PICTURE), ({ man, formats, random }) => {
    const all = [man, ...Object.values(formats)]
    const whole = all[Math.floor(random() * all.length)] ?? man
    return multipartCall({ imageA: man, imageB: whole.subarray(0, Math.floor(random() * whole.length)) })
  }),
]

const BODIES: readonly CallKind[] = [
  hostile('multipart with random changes', ANYTHING_SAID, ({ man, random }) =>
    mutateBody(multipartCall({ imageA: man.subarray(0, 200), imageB: man, return_faces: '0' }), random),
  ),
  hostile('JSON with random changes', ANYTHING_SAID, ({ man, random }) =>
    mutateBody(jsonCall({ imageA: man.subarray(0, 200), imageB: man, return_faces: '0' }), random),
  ),
  hostile('a search with random changes', ANYTHING_ASKED, ({ man, random }) => ({
    ...mutateBody(jsonCall({ image: man.subarray(0, 200), group_ids: ['residents', 'nowhere'] }), random),
    path: '/face/identify',
  })),
  hostile('a question with random changes', ANYTHING_ASKED, ({ random }) => ({
    ...mutateBody(jsonCall({ person_id: 'nobody', group_ids: ['a', 'b'] }), random),
    path: '/face/addgroupids',
  })),
  hostile('10,000 parts', orBusy(UNREADABLE), () =>
    multipartCall(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`field${i}`, 'x']))),
  ),
  hostile('a name of 1 MB', orBusy(UNREADABLE), ({ man }) =>
    multipartCall({ ['x'.repeat(2 ** 20)]: 'x', imageA: man, imageB: man }),
  ),
  hostile('100,000 brackets', orBusy(UNREADABLE), () => withBody(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)),
  hostile('fields in __proto__', orBusy(codeOf('PARAMETER_MISSING')), ({ man }) => {
    const { body } = jsonCall({ imageA: man, imageB: man })
    return withBody(`{"__proto__":${Buffer.from(body).toString()}}`)
  }),
]

const SIGNATURES: readonly CallKind[] = [
  hostile(
    'a signature with random changes',
    [
      codeOf('SIGNATURE_MALFORMED'),
      codeOf('SIGNATURE_EXPIRED'),
      codeOf('APP_UNKNOWN'),
      codeOf('SECRET_ID_UNKNOWN'),
      codeOf('SECRET_ID_MISMATCH'),
      codeOf('SIGNATURE_WRONG'),
    ],
    ({ man, random }) => {
      const bytes = Buffer.from(sign(), 'base64')
      const at = Math.floor(random() * bytes.length)
      bytes.writeUInt8((bytes.readUInt8(at) + 1 + Math.floor(random() * 254)) % 256, at)
      return multipartCall({ imageA: man, imageB: man }, bytes.toString('base64'))
    },
  ),
]

const head = (...lines: readonly string[]) =>
  ['POST /face/compare HTTP/1.1', 'Host: 127.0.0.1', `Authorization: ${sign()}`, ...lines, '', ''].join('\r\n')

const WIRE: readonly CallKind[] = [
  rawKind('no HTTP', [UNREADABLE], ({ port }) => sendRaw(port, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n')),
  rawKind('64 kB of headers', [UNREADABLE], ({ port }) => sendRaw(port, head(`X-Long: ${'x'.repeat(65_536)}`))),
  rawKind('two lengths', [UNREADABLE], ({ port }) =>
    sendRaw(port, `${head('Content-Type: application/json', 'Content-Length: 2', 'Content-Length: 4')}{}{}`),
  ),
  rawKind('a length and chunks', [UNREADABLE], ({ port }) =>
    sendRaw(
      port,
      `${head('Content-Type: application/json', 'Content-Length: 2', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    ),
  ),
  rawKind('broken chunks', orBusy(UNREADABLE), ({ port }) =>
    sendRaw(port, `${head('Content-Type: application/json', 'Transfer-Encoding: chunked')}zz\r\n{}\r\n`),
  ),
  rawKind('a tunnel', [UNREADABLE], ({ port }) =>
    sendRaw(port, 'CONNECT 10.0.0.1:22 HTTP/1.1\r\nHost: 10.0.0.1:22\r\n\r\n'),
  ),
  rawKind('ten requests in one packet', orBusy(OK), ({ port, man }) =>
    callRaw(port, (client) => {
      const one = toHttp(multipartCall({ imageA: man, imageB: man }))
      client.write(Buffer.concat([...Array(9).fill(toHttp({ ...withBody(''), method: 'OPTIONS' })), one]))
      return client.until((text) => countAnswers(text) >= 10)
    }),
  ),
  rawKind('a client that leaves during its upload', [], ({ port, man, random }) => {
    const whole = toHttp(multipartCall({ imageA: man, imageB: man }))
    return leaveAfter(port, whole.subarray(0, Math.floor(random() * whole.length)), 20)
  }),
  rawKind('a client that leaves before its answer', [], ({ port, man, manAgain, random }) =>
    leaveAfter(port, toHttp(multipartCall({ imageA: man, imageB: manAgain })), random() * 100),
  ),
  rawKind('much that is announced and never sent', [], ({ port }) =>
    leaveAfter(port, Buffer.from(head('Content-Type: application/json', 'Content-Length: 5000000')), 500),
  ),
]

function countAnswers(text: string): number {
  return hasAnswer(text) ? parseAnswers(text).length : 0
}

/** Those that take half a minute each. */
export const SLOW_KINDS: readonly CallKind[] = [
  rawKind('an upload that stands still', [UNREADABLE], ({ port }) =>
    sendRaw(port, `${head('Content-Type: application/json', 'Content-Length: 1000')}{`),
  ),
  rawKind('headers that never end', [UNREADABLE], ({ port }) =>
    callRaw(port, (client) => drip(client.write, ['POST / HTTP/1.1\r\n'], 'X: y\r\n', () => client.untilClosed())),
  ),
  rawKind('a slow upload', orBusy(OK), ({ port, man }) =>
    callRaw(port, (client) => {
      const whole = toHttp(multipartCall({ imageA: man, imageB: man }))
      const pieces = Array.from({ length: 20 }, (_, i) =>
        whole.subarray(Math.floor((i * whole.length) / 20), Math.floor(((i + 1) * whole.length) / 20)),
      )
      return drip(client.write, pieces, undefined, () => client.until(hasAnswer))
    }),
  ),
]

const DRIP_MS = 500

/** A piece every half second, then the last thing again and again, until the answer is there. */
async function drip(
  write: (piece: string | Uint8Array) => void,
  pieces: readonly (string | Uint8Array)[],
  forEver: string | undefined,
  untilAnswered: () => Promise<string>,
): Promise<string> {
  const left = [...pieces]
  const timer = setInterval(() => {
    const piece = left.shift() ?? forEver
    if (piece !== undefined) write(piece)
  }, DRIP_MS)
  try {
    return await untilAnswered()
  } finally {
    clearInterval(timer)
  }
}

/** Makes the files, which takes some seconds. */
export async function makeHostileKinds(): Promise<readonly CallKind[]> {
  const [bombs, liars, loaded, doubles] = await Promise.all([
    pictureBombs(BOMB_SIDE),
    lyingHeaders(),
    metadataBombs(),
    polyglots(),
  ])
  return [
    fileKind('a bomb of pixels', bombs, [NO_FACE]),
    fileKind('a lying header', liars, [UNDECODABLE]),
    fileKind('a bomb of metadata', loaded, [NO_FACE, UNDECODABLE]),
    fileKind('a file of two kinds', doubles, [NO_FACE, UNDECODABLE, UNSUPPORTED]),
    ...PICTURES,
    ...BODIES,
    ...SIGNATURES,
    ...WIRE,
  ]
}
