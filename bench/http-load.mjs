// The load generator of http.ts and enrol.ts, in a process of its own: whole requests, made beforehand, over plain sockets, because it
// shares the processors with what it measures. Every answer is read and checked. Over IPC: { id, job } -> { id, answer }.
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'

process.on('message', async ({ id, job }) => {
  try {
    process.send({ id, answer: await run(job) })
  } catch (error) {
    process.send({ id, failure: String(error) })
  }
})
process.on('disconnect', () => process.exit(0))

/** job: port, files (whole requests), connections, seconds or calls, pauseMs (after a refusal), expectedSimilarity. */
async function run({ port, files, connections, seconds = Infinity, calls = Infinity, pauseMs = 0, progress = false }) {
  const requests = files.map((file) => readFileSync(file))
  const acceptedMs = []
  let faces = 0
  const refusedMs = []
  const wrong = []
  let withoutRetryAfter = 0
  let begun = 0
  let done = 0
  const cpuBefore = process.cpuUsage()
  const startMs = performance.now()
  const endMs = startMs + seconds * 1000
  const mayGoOn = () => begun < calls && performance.now() < endMs

  async function client() {
    let connection = await Connection.open(port)
    while (mayGoOn()) {
      const request = requests[begun++ % requests.length]
      const sentMs = performance.now()
      const { status, head, body } = await connection.call(request)
      const tookMs = performance.now() - sentMs
      const answer = JSON.parse(body)
      const isRefused = isRefusal(answer)
      const facesOfAnswer = countFaces(answer)
      if (status === 200 && (hasSimilarity(answer) || Number.isFinite(facesOfAnswer))) {
        acceptedMs.push(tookMs)
        faces += facesOfAnswer ?? 0
      } else if (isRefused) {
        refusedMs.push(tookMs)
        if (!/\r\nretry-after: [1-9]/i.test(head)) withoutRetryAfter++
      } else wrong.push(`${status} ${body}`)
      done++
      if (progress && done % 100 === 0) process.send({ progress: done })
      if (/\r\nconnection: close/i.test(head)) {
        connection.close()
        connection = await Connection.open(port)
      }
      if (isRefused && pauseMs > 0) await setTimeout(pauseMs)
    }
    connection.close()
  }

  await Promise.all(Array.from({ length: connections }, client))
  const { user, system } = process.cpuUsage(cpuBefore)
  const elapsedMs = performance.now() - startMs
  return { acceptedMs, faces, refusedMs, wrong, withoutRetryAfter, elapsedMs, cpuMs: (user + system) / 1000 }
}

/** Of the first wire, of Rekognition, of IAI. */
function hasSimilarity({ code, data, FaceMatches, Response }) {
  return [code === 0 && data.similarity, FaceMatches?.[0]?.Similarity, Response?.Score].some(Number.isFinite)
}

/** Of the first wire's calls about one picture or about persons: how many were found, or enrolled. */
function countFaces({ code, data }) {
  return code === 0 ? (data.suc_face ?? data.added ?? data.face?.length) : undefined
}

function isRefusal({ code, __type, Response }) {
  return code === 15 || __type === 'ThrottlingException' || Response?.Error?.Code === 'RequestLimitExceeded'
}

/** One call at a time over one socket. The service's answers have a Content-Length. */
class Connection {
  #socket
  #received = ''
  #answered
  #failed

  constructor(socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.on('data', (text) => {
      this.#received += text
      this.#readAnswer()
    })
    socket.on('error', (error) => this.#failed?.(error))
    socket.on('close', () => this.#failed?.(new Error('The connection was closed before the answer.')))
  }

  static open(port) {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => {
        socket.off('error', reject)
        resolve(new Connection(socket))
      })
      socket.once('error', reject)
    })
  }

  call(request) {
    return new Promise((resolve, reject) => {
      this.#answered = resolve
      this.#failed = reject
      this.#socket.write(request)
    })
  }

  close() {
    this.#failed = undefined
    this.#socket.destroy()
  }

  #readAnswer() {
    const headEnd = this.#received.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const head = this.#received.slice(0, headEnd)
    const bodyEnd = headEnd + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(head)[1])
    if (this.#received.length < bodyEnd) return
    const body = this.#received.slice(headEnd + 4, bodyEnd)
    this.#received = this.#received.slice(bodyEnd)
    this.#answered({ status: Number(head.slice(9, 12)), head, body })
  }
}
