import { createHash, createHmac } from 'node:crypto'
import { type Aws4Package, loadDoorClients } from './door-clients.js'
import { NOW_SECONDS, SECRET_ID, SECRET_KEY } from './http-service.js'

export interface SignedDoorRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer>
}

const base64 = (text: string) => Buffer.from(text).toString('base64')
export const HOST = 'doors.test'

type Rest<F> = F extends (aws4: Aws4Package, ...rest: infer R) => infer A ? (...rest: R) => A : never
export type AwsSigner = Rest<typeof signForAws>

/** What signs requests of Rekognition. */
export async function openAwsSigner(): Promise<AwsSigner> {
  const { aws4 } = await loadDoorClients()
  return (...rest) => signForAws(aws4, ...rest)
}

/** Signed by a client that is none of ours. */
function signForAws(
  aws4: Aws4Package,
  { source = 'a', target = 'b', operation = 'CompareFaces', body = undefined as string | undefined } = {},
  { secretKey = SECRET_KEY, secretId = SECRET_ID, hashed = true, seconds = NOW_SECONDS } = {},
): SignedDoorRequest {
  const text =
    body ?? JSON.stringify({ SourceImage: { Bytes: base64(source) }, TargetImage: { Bytes: base64(target) } })
  const date = new Date(1000 * seconds).toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const headers = {
    'X-Amz-Target': `RekognitionService.${operation}`,
    'Content-Type': 'application/x-amz-json-1.1',
    'X-Amz-Date': date,
    ...(hashed ? { 'X-Amz-Content-Sha256': createHash('sha256').update(text).digest('hex') } : {}),
  }
  const request = {
    host: HOST,
    path: '/',
    method: 'POST',
    service: 'rekognition',
    region: 'eu-central-1',
    headers,
    body: text,
  }
  const signed = aws4.sign(request, { accessKeyId: secretId, secretAccessKey: secretKey })
  return { headers: signed.headers, body: text }
}

export function iaiRequest(
  { a = 'a', b = 'b', action = 'CompareFace', version = '2020-03-03', body = undefined as string | undefined } = {},
  { secretKey = SECRET_KEY, secretId = SECRET_ID } = {},
): SignedDoorRequest {
  const text = body ?? JSON.stringify({ ImageA: base64(a), ImageB: base64(b) })
  const hash = (data: string) => createHash('sha256').update(data).digest('hex')
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()
  const day = new Date(1000 * NOW_SECONDS).toISOString().slice(0, 10)
  const scope = `${day}/iai/tc3_request`
  const canonical = `POST\n/\n\ncontent-type:application/json\nhost:${HOST}\n\ncontent-type;host\n${hash(text)}`
  const key = hmac(hmac(hmac(`TC3${secretKey}`, day), 'iai'), 'tc3_request')
  const signature = hmac(key, `TC3-HMAC-SHA256\n${NOW_SECONDS}\n${scope}\n${hash(canonical)}`).toString('hex')
  const headers = {
    Host: HOST,
    'Content-Type': 'application/json',
    'X-TC-Action': action,
    'X-TC-Version': version,
    'X-TC-Timestamp': String(NOW_SECONDS),
    Authorization: `TC3-HMAC-SHA256 Credential=${secretId}/${scope}, SignedHeaders=content-type;host, Signature=${signature}`,
  }
  return { headers, body: text }
}
