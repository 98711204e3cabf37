import { createSocket, type Socket } from 'node:dgram'
import { afterEach, describe, expect, it } from 'vitest'
import { lookupThroughDns, lookupThroughSystem } from '../../src/image/resolve.js'

const A = 1
const AAAA = 28

/** What the name server answers to a type of question: addresses as bytes, an error code, or nothing at all. */
type Answer = { readonly addresses: readonly number[][] } | { readonly code: number } | 'silence'

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})

async function nameServer(answers: Readonly<Record<number, Answer>>): Promise<string> {
  const socket = createSocket('udp4')
  socket.on('message', (question, from) => {
    const type = question.readUInt16BE(question.indexOf(0, 12) + 1)
    const answer = answers[type] ?? 'silence'
    if (answer !== 'silence') socket.send(encode(question, type, answer), from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  sockets.push(socket)
  return `127.0.0.1:${socket.address().port}`
}

/** RFC 1035: the question again, then one record for each address, its name a pointer to the question's. */
function encode(question: Buffer, type: number, answer: Exclude<Answer, 'silence'>): Buffer {
  const head = Buffer.from(question.subarray(0, question.indexOf(0, 12) + 5))
  const addresses = 'addresses' in answer ? answer.addresses : []
  head.writeUInt16BE(0x8180 | ('code' in answer ? answer.code : 0), 2)
  head.writeUInt16BE(addresses.length, 6)
  head.writeUInt32BE(0, 8)
  const records = addresses.map((address) =>
    Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, address.length, ...address]),
  )
  return Buffer.concat([head, ...records])
}

const V4 = {
  addresses: [
    [93, 184, 216, 34],
    [10, 0, 0, 1],
  ],
}
const V6 = { addresses: [[0x26, 6, ...Array(13).fill(0), 1]] }
const never = new AbortController().signal

describe('lookupThroughDns', () => {
  it('gives all addresses of both families', async () => {
    const server = await nameServer({ [A]: V4, [AAAA]: V6 })
    expect(await lookupThroughDns('img.example', never, [server])).toEqual([
      { address: '2606::1', family: 6 },
      { address: '93.184.216.34', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ])
  })

  it('is content with one family when the other has none or fails', async () => {
    for (const code of [0, 2, 3]) {
      const server = await nameServer({ [A]: V4, [AAAA]: { code } })
      expect(await lookupThroughDns('img.example', never, [server])).toHaveLength(2)
      const other = await nameServer({ [A]: { code }, [AAAA]: V6 })
      expect(await lookupThroughDns('img.example', never, [other])).toEqual([{ address: '2606::1', family: 6 }])
    }
  })

  it('fails when the name does not exist', async () => {
    const server = await nameServer({ [A]: { code: 3 }, [AAAA]: { code: 3 } })
    await expect(lookupThroughDns('img.example', never, [server])).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  it('stops asking a silent server when it is called back', async () => {
    const server = await nameServer({})
    const controller = new AbortController()
    const answer = lookupThroughDns('img.example', controller.signal, [server])
    setTimeout(() => controller.abort(), 30)
    await expect(answer).rejects.toMatchObject({ code: 'ECANCELLED' })
  })
})

it('lookupThroughSystem knows this host', async () => {
  const addresses = (await lookupThroughSystem('localhost')).map(({ address }) => address)
  expect(['127.0.0.1', '::1']).toEqual(expect.arrayContaining(addresses))
})
