import { FaceCompareNoAnswerError } from './errors.js'
import { originOf } from './origin.js'
import type { Transport, TransportAnswer } from './transport.js'

/** What is used of a mini-program's `wx`. */
export interface MiniProgram {
  request(options: MiniProgramRequest): { abort(): void }
}

/** What is used of the options of `wx.request`. */
export interface MiniProgramRequest {
  url: string
  method: 'POST'
  header: Record<string, string>
  data: ArrayBuffer
  /** Anything but `json` leaves the answer as it is. */
  dataType: 'text'
  responseType: 'text'
  /** Milliseconds. */
  timeout: number
  success(answer: MiniProgramAnswer): void
  fail(failure: { readonly errMsg: string }): void
}

interface MiniProgramAnswer {
  readonly data: unknown
  readonly statusCode: number
  readonly header: Readonly<Record<string, unknown>>
}

/** Sends by `wx.request`. The service's host must be among the request domains of the mini-program's settings. */
export function createMiniProgramTransport(wx: MiniProgram): Transport {
  return {
    send({ url, method, headers, body, timeoutMs, signal }) {
      return new Promise<TransportAnswer>((resolve, reject) => {
        const abort = () => task.abort()
        const release = () => signal.removeEventListener('abort', abort)
        const task = wx.request({
          url,
          method,
          header: { ...headers },
          data: body,
          dataType: 'text',
          responseType: 'text',
          timeout: Math.max(1, Math.round(timeoutMs)),
          success(answer) {
            release()
            resolve(readMiniProgramAnswer(answer))
          },
          fail({ errMsg }) {
            release()
            reject(explain(errMsg, originOf(url)))
          },
        })
        signal.addEventListener('abort', abort)
      })
    },
  }
}

function readMiniProgramAnswer({ data, statusCode, header }: MiniProgramAnswer): TransportAnswer {
  const headers: Record<string, string> = {}
  for (const name of Object.keys(header)) headers[name] = String(header[name])
  return { status: statusCode, headers, text: typeof data === 'string' ? data : JSON.stringify(data) }
}

/** What mini-programs report before anything of a request is sent; the network layer is Chromium's. */
const NOTHING_SENT = /ERR_CONNECTION_REFUSED|ERR_NAME_NOT_RESOLVED|ERR_ADDRESS_UNREACHABLE|ERR_INTERNET_DISCONNECTED/

function explain(errMsg: string, origin: string): FaceCompareNoAnswerError {
  return NOTHING_SENT.test(errMsg)
    ? new FaceCompareNoAnswerError('unreachable', `${origin} cannot be reached (${errMsg}).`)
    : new FaceCompareNoAnswerError('lost', `The connection to ${origin} failed before an answer came (${errMsg}).`)
}
