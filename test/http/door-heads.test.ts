import { describe, expect, it } from 'vitest'
import { NOW_SECONDS } from '../support/http-service.js'
import { setUpRawService } from '../support/raw-service.js'
import {
  AWS_DOOR,
  awsRequest,
  FIRST_WIRE,
  httpOf,
  IAI_DOOR,
  linesOf,
  sha256,
  signSigV4,
  signTc3,
  type TestWire,
  type WireRequest,
  writeHttp,
} from '../support/wires.js'

/** Heads of requests as no SDK sends them, byte for byte: what was signed is what is answered, or nothing is. */

const { engine, counted, send, errorOf, refusalOf } = setUpRawService()

const doubled = (request: WireRequest, name: string, value = request.headers[name] ?? ''): Buffer =>
  writeHttp(request.body, [...linesOf(request), [name, value]])

const replaced = ({ headers, body }: WireRequest, changes: Readonly<Record<string, string>>): Buffer =>
  writeHttp(body, Object.entries({ ...headers, ...changes }))

/** An AWS request whose signature covers what it is given, whatever that is. */
function signedAws(
  changes: Readonly<Record<string, string>>,
  how: Partial<Parameters<typeof signSigV4>[0]> = {},
): Buffer {
  const { headers, body } = AWS_DOOR.compare()
  const { Authorization: _, ...plain } = { ...headers, ...changes }
  return writeHttp(body, Object.entries({ ...plain, Authorization: signSigV4({ headers: plain, body, ...how }) }))
}

function signedIai(
  changes: Readonly<Record<string, string>>,
  how: Partial<Parameters<typeof signTc3>[0]> = {},
): Buffer {
  const { headers, body } = IAI_DOOR.compare()
  const { Authorization: _, ...plain } = { ...headers, ...changes }
  return writeHttp(body, Object.entries({ ...plain, Authorization: signTc3({ headers: plain, body, ...how }) }))
}

const day = (seconds: number) => new Date(1000 * seconds).toISOString().slice(0, 10)

describe('a request for Rekognition is refused', () => {
  const incomplete = 'IncompleteSignatureException'
  const wrong = 'InvalidSignatureException'
  it.each<readonly [string, () => Buffer, string]>([
    ['with two hosts', () => doubled(AWS_DOOR.compare(), 'Host', 'other.test'), incomplete],
    ['with two signatures', () => doubled(AWS_DOOR.compare(), 'Authorization'), incomplete],
    ['with two dates', () => doubled(AWS_DOOR.compare(), 'X-Amz-Date'), incomplete],
    ['with two hashes', () => doubled(AWS_DOOR.compare(), 'X-Amz-Content-Sha256'), incomplete],
    ['with two targets', () => doubled(AWS_DOOR.compare(), 'X-Amz-Target'), 'UnknownOperationException'],
    [
      'with two targets of which one is good',
      () => doubled(AWS_DOOR.compare(), 'x-amz-target', 'RekognitionService.DetectFaces'),
      'UnknownOperationException',
    ],
    [
      'with another target than was signed',
      () => replaced(AWS_DOOR.compare(), { 'X-Amz-Target': 'RekognitionService.DetectFaces' }),
      wrong,
    ],
    ['whose target is not signed', () => signedAws({}, { names: ['host', 'x-amz-date'] }), wrong],
    [
      'with a query that is not signed',
      () => writeHttp(AWS_DOOR.compare().body, linesOf(AWS_DOOR.compare()), '/?a=1'),
      wrong,
    ],
    [
      'with an unsigned payload',
      () => signedAws({ 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' }, { payload: 'UNSIGNED-PAYLOAD' }),
      wrong,
    ],
    [
      'with a payload in signed pieces',
      () =>
        signedAws(
          { 'X-Amz-Content-Sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' },
          { payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' },
        ),
      wrong,
    ],
    [
      'with the hash of another body',
      () => signedAws({ 'X-Amz-Content-Sha256': sha256('x') }, { payload: sha256('x') }),
      wrong,
    ],
    ['with a token of a session', () => signedAws({ 'X-Amz-Security-Token': 'x' }), 'ExpiredTokenException'],
    [
      'with a token that is not signed',
      () => doubled(AWS_DOOR.compare(), 'X-Amz-Security-Token', 'x'),
      'ExpiredTokenException',
    ],
    [
      'whose scope is of another day',
      () =>
        signedAws(
          {},
          { scope: `${day(NOW_SECONDS - 86_400).replaceAll('-', '')}/eu-central-1/rekognition/aws4_request` },
        ),
      wrong,
    ],
    ['that is too old', () => httpOf(AWS_DOOR.compare({}, { seconds: NOW_SECONDS - 301 })), wrong],
    ['that is of the future', () => httpOf(AWS_DOOR.compare({}, { seconds: NOW_SECONDS + 301 })), wrong],
    ['with the signature of the first wire', () => replaced(AWS_DOOR.compare(), pick(FIRST_WIRE)), incomplete],
    ['with a signature of Tencent Cloud', () => replaced(AWS_DOOR.compare(), pick(IAI_DOOR)), incomplete],
    ['with SKIP for a signature', () => replaced(AWS_DOOR.compare(), { Authorization: 'SKIP' }), incomplete],
    [
      'that is signed in its query',
      () => {
        const { Authorization: _, ...rest } = AWS_DOOR.compare().headers
        return writeHttp(AWS_DOOR.compare().body, Object.entries(rest), `/?X-Amz-Signature=${'0'.repeat(64)}`)
      },
      incomplete,
    ],
    [
      'with a body that is compressed',
      () => doubled(AWS_DOOR.compare(), 'Content-Encoding', 'gzip'),
      'SerializationException',
    ],
  ])('%s', async (_name, make, name) => {
    expect(await refusalOf(AWS_DOOR, make())).toBe(name)
  })
})

const pick = (wire: TestWire) => ({ Authorization: wire.compare().headers.Authorization ?? '' })

describe('a request for IAI is refused', () => {
  const invalid = 'AuthFailure.InvalidAuthorization'
  const wrong = 'AuthFailure.SignatureFailure'
  it.each<readonly [string, () => Buffer, string]>([
    ['with two hosts', () => doubled(IAI_DOOR.compare(), 'Host', 'other.test'), invalid],
    ['with two signatures', () => doubled(IAI_DOOR.compare(), 'Authorization'), invalid],
    ['with two times', () => doubled(IAI_DOOR.compare(), 'X-TC-Timestamp'), invalid],
    ['with two types', () => doubled(IAI_DOOR.compare(), 'Content-Type'), invalid],
    ['with two actions', () => doubled(IAI_DOOR.compare(), 'X-TC-Action'), 'InvalidAction'],
    ['with two versions', () => doubled(IAI_DOOR.compare(), 'X-TC-Version'), 'NoSuchVersion'],
    [
      'with another action than was signed',
      () => {
        const how = { names: ['content-type', 'host', 'x-tc-action'] }
        const signed = signedIai({}, how).toString()
        return Buffer.from(signed.replace('X-TC-Action: CompareFace', 'X-TC-Action: DetectFace'))
      },
      wrong,
    ],
    ['with another type than was signed', () => replaced(IAI_DOOR.compare(), { 'Content-Type': 'text/plain' }), wrong],
    [
      'with a query that is not signed',
      () => writeHttp(IAI_DOOR.compare().body, linesOf(IAI_DOOR.compare()), '/?a=1'),
      wrong,
    ],
    [
      'with an unsigned payload',
      () => signedIai({ 'X-TC-Content-SHA256': 'UNSIGNED-PAYLOAD' }, { payload: sha256('UNSIGNED-PAYLOAD') }),
      invalid,
    ],
    [
      'signed over an unsigned payload without saying so',
      () => signedIai({}, { payload: sha256('UNSIGNED-PAYLOAD') }),
      wrong,
    ],
    ['with a token', () => signedIai({ 'X-TC-Token': 'x' }), 'AuthFailure.TokenFailure'],
    [
      'whose scope is of another day',
      () => signedIai({}, { scope: `${day(NOW_SECONDS - 86_400)}/iai/tc3_request` }),
      invalid,
    ],
    [
      'that is too old',
      () => httpOf(IAI_DOOR.compare({}, { seconds: NOW_SECONDS - 301 })),
      'AuthFailure.SignatureExpire',
    ],
    [
      'that is of the future',
      () => httpOf(IAI_DOOR.compare({}, { seconds: NOW_SECONDS + 301 })),
      'AuthFailure.SignatureExpire',
    ],
    ['with the signature of the first wire', () => replaced(IAI_DOOR.compare(), pick(FIRST_WIRE)), invalid],
    ['with a signature of AWS', () => replaced(IAI_DOOR.compare(), pick(AWS_DOOR)), invalid],
    ['with SKIP for a signature', () => replaced(IAI_DOOR.compare(), { Authorization: 'SKIP' }), invalid],
    [
      'with a body that is compressed',
      () => doubled(IAI_DOOR.compare(), 'Content-Encoding', 'gzip'),
      'InvalidParameter',
    ],
  ])('%s', async (_name, make, name) => {
    expect(await refusalOf(IAI_DOOR, make())).toBe(name)
  })
})

it('whoever sends the headers of both doors is at the first, with the signature of the first', async () => {
  const both = { ...IAI_DOOR.compare().headers, 'X-Amz-Target': 'RekognitionService.CompareFaces' }
  expect(await refusalOf(AWS_DOOR, writeHttp(IAI_DOOR.compare().body, Object.entries(both)))).toBe(
    'IncompleteSignatureException',
  )
  const signed = { ...IAI_DOOR.compare().headers, ...awsRequest(AWS_DOOR.compare().body).headers }
  expect(await errorOf(AWS_DOOR, writeHttp(AWS_DOOR.compare().body, Object.entries(signed)))).toBe(undefined)
})

it('a signature of a door opens no other path', async () => {
  for (const door of [AWS_DOOR, IAI_DOOR]) {
    const { headers } = door.compare()
    const answer = await send(writeHttp(FIRST_WIRE.compare().body, Object.entries(headers), '/face/compare'))
    expect(FIRST_WIRE.errorIn(JSON.parse(answer.body))).toBe('5')
  }
  expect([counted(), engine.seen]).toEqual([[], []])
})
