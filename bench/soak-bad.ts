/** Calls that are refused, one for each code that a client can reach: the answer that each must get is known. */
import { computeSignature } from '../src/auth/signature.js'
import {
  type CallKind,
  codeOf,
  type Fields,
  httpKind,
  jsonCall,
  multipartCall,
  OK,
  orBusy,
  type Scene,
  sign,
  signOnce,
  withBody,
} from './soak-kinds.js'
import { APPS, LIMITS } from './soak-site.js'
import { callHttp, type HttpCall } from './soak-wire.js'

const HOUR_SECONDS = 3600

const bad = (name: string, codes: readonly number[], make: (scene: Scene) => HttpCall) =>
  httpKind('bad', name, codes, make)

/** Refused for its signature, which is looked at before anything else: never busy. */
const signedWrongly = (name: string, code: number, makeSignature: () => string) =>
  bad(name, [code], ({ man, manAgain }) => multipartCall({ imageA: man, imageB: manAgain }, makeSignature()))

/** Refused for what it says. */
const saysWrongly = (name: string, code: number, fields: (scene: Scene) => Fields) =>
  bad(name, orBusy(code), (scene) => jsonCall({ imageA: scene.man, imageB: scene.manAgain, ...fields(scene) }))

const now = () => Math.floor(Date.now() / 1000)

const SIGNATURES: readonly CallKind[] = [
  bad('no signature', [codeOf('SIGNATURE_MISSING')], ({ man }) => {
    const { headers, body } = multipartCall({ imageA: man, imageB: man })
    return { body, headers: { 'content-type': headers['content-type'] ?? '' } }
  }),
  signedWrongly('a malformed signature', codeOf('SIGNATURE_MALFORMED'), () => 'no Base64 at all!'),
  signedWrongly('an expired signature', codeOf('SIGNATURE_EXPIRED'), () =>
    sign({ issuedAt: now() - HOUR_SECONDS, expiresAt: now() - 1 }),
  ),
  signedWrongly('an unknown app', codeOf('APP_UNKNOWN'), () => sign({ appid: '99999999' })),
  signedWrongly('an app that is switched off', codeOf('APP_UNKNOWN'), () => sign({}, APPS.switchedOff)),
  signedWrongly('an unknown key', codeOf('SECRET_ID_UNKNOWN'), () => sign({ secretId: 'AKIDnobody' })),
  signedWrongly('a revoked key', codeOf('SECRET_ID_UNKNOWN'), () => sign({}, APPS.revoked)),
  signedWrongly('a key of another app', codeOf('SECRET_ID_MISMATCH'), () =>
    sign({ appid: APPS.main.appid }, APPS.other),
  ),
  signedWrongly('a forged signature', codeOf('SIGNATURE_WRONG'), () => {
    const { secretKey: _, ...named } = APPS.main
    return computeSignature({ ...named, issuedAt: now(), expiresAt: now() + HOUR_SECONDS }, 'not the key')
  }),
  signedWrongly('a signature of tomorrow', codeOf('SIGNATURE_WRONG'), () => {
    const tomorrow = now() + 24 * HOUR_SECONDS
    return sign({ issuedAt: tomorrow, expiresAt: tomorrow + HOUR_SECONDS })
  }),
  {
    name: 'a signature of single use, again',
    nature: 'bad',
    codes: orBusy(codeOf('SIGNATURE_REPLAYED')),
    async send({ port, man, manAgain }) {
      const signature = signOnce()
      const fields = { imageA: man, imageB: manAgain }
      const first = await callHttp(port, multipartCall(fields, signature))
      // What was refused is not spent.
      if (first.end !== 'answered' || first.code !== OK) return first
      return callHttp(port, multipartCall(fields, signature))
    },
  },
]

const LIMITED: readonly CallKind[] = [
  {
    name: 'an app beyond its rate',
    nature: 'bad',
    codes: [codeOf('TOO_MANY_REQUESTS')],
    async send({ port }) {
      const call = withBody('{}', sign({}, APPS.slow))
      // Of so many, one comes within the same second as another.
      for (let tries = 0; tries < 8; tries++) {
        const reply = await callHttp(port, call)
        if (reply.end !== 'answered' || reply.code !== codeOf('PARAMETER_MISSING')) return reply
      }
      return callHttp(port, call)
    },
  },
  {
    name: 'an app whose quota is used up',
    nature: 'bad',
    codes: [codeOf('TOO_MANY_REQUESTS')],
    async send({ port, man }) {
      const call = () => multipartCall({ appid: APPS.poor.appid, imageA: man, imageB: man }, sign({}, APPS.poor))
      const reply = await callHttp(port, call())
      if (reply.end !== 'answered' || reply.code !== OK) return reply
      return callHttp(port, call())
    },
  },
]

const REQUESTS: readonly CallKind[] = [
  bad('no JSON', orBusy(codeOf('BAD_REQUEST')), () => withBody('{"appid":')),
  bad('an unknown type', orBusy(codeOf('BAD_REQUEST')), () => withBody('<xml/>', sign(), 'text/xml')),
  bad('a compressed body', orBusy(codeOf('BAD_REQUEST')), ({ man }) => {
    const { headers, body } = jsonCall({ imageA: man, imageB: man })
    return { body, headers: { ...headers, 'content-encoding': 'gzip' } }
  }),
  bad('an unknown path', [codeOf('BAD_REQUEST')], () => ({ ...withBody('{}'), path: '/face/nothing' })),
  bad('another method', [codeOf('BAD_REQUEST')], () => ({ ...withBody(''), method: 'GET' })),
  saysWrongly('another appid than that of the signature', codeOf('APP_MISMATCH'), () => ({ appid: '1' })),
  saysWrongly('no appid', codeOf('PARAMETER_MISSING'), () => ({ appid: '' })),
  saysWrongly('an appid of 3,000 characters', codeOf('PARAMETER_TOO_LONG'), () => ({ appid: '1'.repeat(3000) })),
  saysWrongly('a wrong return_faces', codeOf('INVALID_PARAMETER'), () => ({ return_faces: 'yes' })),
  bad('one side alone', orBusy(codeOf('PARAMETER_MISSING')), ({ man }) => multipartCall({ imageA: man })),
  bad('a body that is too large', [codeOf('BODY_TOO_LARGE')], () => withBody(new Uint8Array(3 * LIMITS.maxImageBytes))),
  bad('an image that is too large', orBusy(codeOf('BODY_TOO_LARGE')), ({ man }) =>
    multipartCall({ imageA: new Uint8Array(LIMITS.maxImageBytes + 1), imageB: man }),
  ),
]

const IMAGES: readonly CallKind[] = [
  saysWrongly('a picture without a face', codeOf('FACE_NOT_DETECTED'), ({ noFace }) => ({ imageB: noFace })),
  saysWrongly('a face of less quality than is asked for', codeOf('QUALITY_TOO_LOW'), () => ({ min_quality: '100' })),
  saysWrongly('half a picture', codeOf('IMAGE_UNDECODABLE'), ({ man }) => ({
    imageA: man.subarray(0, man.length / 2),
  })),
  bad('an empty picture', orBusy(codeOf('IMAGE_EMPTY')), ({ man }) =>
    multipartCall({ imageA: man, imageB: new Uint8Array() }),
  ),
  saysWrongly('a text for a picture', codeOf('IMAGE_FORMAT_UNSUPPORTED'), () => ({
    imageA: Buffer.from('This is no picture.'),
  })),
]

const UNREACHABLE = codeOf('URL_UNREACHABLE')
const NO_DOWNLOAD = codeOf('URL_DOWNLOAD_FAILED')

const urlKind = (name: string, code: number, urlOf: (scene: Scene) => string) =>
  saysWrongly(name, code, (scene) => ({ urlB: urlOf(scene) }))

const URLS: readonly CallKind[] = [
  urlKind('a url where nobody listens', UNREACHABLE, ({ closedUrl }) => closedUrl),
  urlKind('a url of a private network', UNREACHABLE, () => 'http://10.0.0.1/face.jpg'),
  urlKind('a url of the metadata service', UNREACHABLE, () => 'http://[::ffff:169.254.169.254]/latest'),
  urlKind('a url that never answers', UNREACHABLE, ({ imagesUrl }) => `${imagesUrl}/silent`),
  urlKind('a url whose answer breaks off', UNREACHABLE, ({ imagesUrl }) => `${imagesUrl}/broken`),
  urlKind('a url that is not found', NO_DOWNLOAD, ({ imagesUrl }) => `${imagesUrl}/nothing`),
  urlKind('a url that leads in a circle', NO_DOWNLOAD, ({ imagesUrl }) => `${imagesUrl}/loop`),
  urlKind('a url without end', NO_DOWNLOAD, ({ imagesUrl }) => `${imagesUrl}/endless`),
  urlKind('a url of nothing', codeOf('IMAGE_EMPTY'), ({ imagesUrl }) => `${imagesUrl}/empty`),
  urlKind('a url with a password', codeOf('INVALID_PARAMETER'), () => 'http://me:secret@127.0.0.1/'),
  urlKind('a url of another scheme', codeOf('INVALID_PARAMETER'), () => 'file:///etc/passwd'),
  urlKind('a url of 3,000 characters', codeOf('PARAMETER_TOO_LONG'), ({ imagesUrl }) => imagesUrl + '/x'.repeat(1500)),
]

export const BAD_KINDS: readonly CallKind[] = [...SIGNATURES, ...LIMITED, ...REQUESTS, ...IMAGES, ...URLS]
