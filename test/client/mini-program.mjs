// What a mini-program does, in an engine that is as bare as theirs: run with the url of a service and a picture's path, it
// prints what came of each call. `wx` is made on node:http; what a mini-program's engine lacks is taken away.
import { readFile } from 'node:fs/promises'
import http from 'node:http'

const [, , baseUrl, appid, secretId, secretKey, ...pictures] = process.argv

const wx = {
  /** As documented for wx.request: callbacks, an ArrayBuffer as it is, `errMsg` for every failure. */
  request({ url, method, header, data, timeout, success, fail }) {
    const request = http.request(url, { method, headers: header, timeout })
    request.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => success({ data: text, statusCode: response.statusCode, header: response.headers }))
    })
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', (error) => {
      const refused =
        error.code === 'ECONNREFUSED' ? 'errcode:-102 cronet_error_code:-102 net::ERR_CONNECTION_REFUSED' : ''
      fail({ errMsg: `request:fail ${refused || error.message}` })
    })
    request.end(new Uint8Array(data))
    return { abort: () => request.destroy(new Error('abort')) }
  },
}

for (const name of [
  ...['fetch', 'FormData', 'Headers', 'Request', 'Response', 'Blob', 'File', 'URL', 'URLSearchParams'],
  ...[
    'TextEncoder',
    'TextDecoder',
    'AbortController',
    'AbortSignal',
    'crypto',
    'btoa',
    'atob',
    'performance',
    'Buffer',
  ],
]) {
  if (!delete globalThis[name]) throw new Error(`${name} is still there.`)
}

const { createFaceCompareClient, createMiniProgramTransport } = await import('../../dist/client/index.js')

const options = { baseUrl, appid, secretId, secretKey, transport: createMiniProgramTransport(wx) }
const client = createFaceCompareClient(options)
const [a, b] = await Promise.all(pictures.map(async (path) => Uint8Array.from(await readFile(path)).buffer))

/** A signal by hand, as there is no AbortController. */
function signalAfter(ms) {
  const listeners = []
  const signal = { aborted: false, addEventListener: (_type, f) => listeners.push(f), removeEventListener() {} }
  setTimeout(() => {
    signal.aborted = true
    for (const listener of listeners) listener()
  }, ms)
  return signal
}

async function outcomeOf(call) {
  try {
    return await call
  } catch ({ name, message, reason, code, side }) {
    return { name, message, reason, code, side }
  }
}

const unreachable = createFaceCompareClient({ ...options, baseUrl: 'http://127.0.0.1:9', retries: 1 })
const outcomes = {
  comparison: await outcomeOf(client.compare(a, b, { returnFaces: true })),
  noFace: await outcomeOf(client.compare(a, new Uint8Array([1, 2, 3]))),
  timeout: await outcomeOf(client.compare(a, b, { timeoutMs: 1 })),
  aborted: await outcomeOf(client.compare(a, b, { signal: signalAfter(1) })),
  unreachable: await outcomeOf(unreachable.compare(a, b)),
}
process.stdout.write(`${JSON.stringify(outcomes)}\n`)
