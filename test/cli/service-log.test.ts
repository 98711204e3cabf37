import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { formatForPeople, writeForPeople } from '../../src/cli/service-log.js'

/** What a person sees of what a logger is told, the time of day left out. */
function watch(log: (logger: pino.Logger) => void): string {
  let seen = ''
  log(pino({}, writeForPeople({ write: (line) => (seen += line) })))
  return seen.replace(/^\d\d:\d\d:\d\d /gm, '')
}

describe('the log for people', () => {
  it('is time, level and sentence', () => {
    const line = '{"level":30,"time":0,"pid":1,"hostname":"h","reason":"SIGTERM","msg":"the service ends"}'
    const time = new Date(0).toLocaleTimeString('en-GB')
    expect(formatForPeople(line)).toBe(`${time} INFO  the service ends (reason=SIGTERM)`)
    expect(watch((logger) => logger.warn('a new certificate is not used'))).toBe(
      'WARN  a new certificate is not used\n',
    )
  })

  it('tells of a call what a person wants to know of it', () => {
    const call = { method: 'POST', path: '/face/compare', appid: '10000001', code: -1101, bytes: { received: 1 } }
    const detail = 'No face was found in the image.'
    expect(watch((logger) => logger.info({ ...call, ms: { decode: 2, total: 34.5 }, side: 'B', detail }, 'call'))).toBe(
      `INFO  call: ${detail} (POST /face/compare, code -1101, appid=10000001, side=B, 34.5 ms)\n`,
    )
  })

  it('shows where a fault is', () => {
    const seen = watch((logger) => logger.error({ err: new Error('gone') }, 'a worker was lost'))
    expect(seen).toMatch(/^ERROR a worker was lost: gone\n {4}Error: gone\n {4}at .*service-log\.test/)
  })

  it('lets nobody who calls move the cursor', () => {
    const seen = watch((logger) => logger.info({ method: 'GET', path: '/\u001b[2J\n\u202efake' }, 'call\r'))
    expect(seen).toBe('INFO  call? (GET /?[2J??fake)\n')
  })
})
