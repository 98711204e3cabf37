import pino, { type Logger } from 'pino'
import type { LogLevel } from '../config.js'
import { printable } from './printable.js'

/** Where finished lines go, synchronously: the last ones of a process that ends must not be lost. */
export interface LineSink {
  readonly write: (line: string) => void
}

/** The service's log on standard error: sentences where a person watches, JSON for programs elsewhere. */
export function createServiceLog(level: LogLevel, isTerminal = process.stderr.isTTY === true): Logger {
  const sink: LineSink = pino.destination({ fd: 2, sync: true })
  return pino({ level }, isTerminal ? writeForPeople(sink) : sink)
}

/** Turns pino's lines into those of {@link formatForPeople}. */
export function writeForPeople(sink: LineSink): LineSink {
  return { write: (line) => sink.write(`${formatForPeople(line)}\n`) }
}

/**
 * One line of pino as time of day, level and sentence, with what the line tells of a call and the rest as `name=value`; a stack
 * stands below it. Nothing in it can move the cursor of a terminal.
 */
export function formatForPeople(line: string): string {
  const { time, level, msg, pid, hostname, method, path, code, ms, detail, err, stack, bytes, ...rest } =
    readFields(line)
  const call = [method, path].filter((part) => part !== undefined).join(' ')
  const total = fieldOf(ms, 'total')
  const facts = [
    ...(call === '' ? [] : [call]),
    ...(code === undefined ? [] : [`code ${text(code)}`]),
    ...Object.entries(rest).map(([name, value]) => `${name}=${text(value)}`),
    ...(total === undefined ? [] : [`${text(total)} ms`]),
  ]
  const why = detail ?? fieldOf(err, 'message')
  const sentence = [text(msg ?? ''), ...(why === undefined ? [] : [text(why)])].join(': ')
  const head = [
    clock(time),
    levelName(level).padEnd(5),
    sentence,
    ...(facts.length > 0 ? [`(${facts.join(', ')})`] : []),
  ]
  return [printable(head.join(' ')), ...stackLines(stack ?? fieldOf(err, 'stack'))].join('\n')
}

function readFields(line: string): Readonly<Record<string, unknown>> {
  const fields: unknown = JSON.parse(line)
  return typeof fields === 'object' && fields !== null ? { ...fields } : {}
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** Local time: whoever watches has a clock on the wall. */
function clock(time: unknown): string {
  return new Date(Number(time)).toLocaleTimeString('en-GB')
}

function levelName(level: unknown): string {
  return (pino.levels.labels[Number(level)] ?? '').toUpperCase()
}

function stackLines(stack: unknown): readonly string[] {
  return typeof stack === 'string' ? stack.split('\n').map((line) => `    ${printable(line.trim())}`) : []
}
