/** The rounds of enrol.ts: the same pictures to the engine alone, to detect, to newperson and to addface. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ERRORS } from '../src/errors.js'
import { describeStore, type EnrolRound, type StoreFigures, WAYS, type Way } from './enrol-figures.js'
import { type BarePipeline, type LoadAnswer, type LoadGenerator, type Service, startService } from './http-processes.js'
import { makeFamilyRequest } from './http-requests.js'

export interface EnrolBench {
  readonly bare: BarePipeline
  readonly load: LoadGenerator
  /** Of the service, empty. */
  readonly dataDir: string
  /** Besides those that every store needs. */
  readonly settings: Readonly<Record<string, string>>
  /** Files, one of each person; enough for all rounds. */
  readonly portraits: readonly string[]
  /** Of one round. */
  readonly people: number
  readonly rounds: number
  readonly connections: number
  /** Pictures at a time for the engine alone. */
  readonly lanes: number
  readonly onRound: () => void
}

const GROUP = 'everybody'
const PICTURES_A_CALL = 5
/** Pictures that go all ways before anything is measured: until then the compiler of the runtime is at work. */
const WARM_UPS = 400
/** What is wrong with a picture, or with the person whose own picture was. */
const CODES_OF_PICTURES: readonly number[] = [
  ERRORS.QUALITY_TOO_LOW.code,
  ERRORS.FACE_NOT_DETECTED.code,
  ERRORS.PERSON_UNKNOWN.code,
]

export async function measureStore(store: string, bench: EnrolBench): Promise<StoreFigures> {
  const service = await startService(bench.dataDir, {
    FACECOMPARE_HOST: '127.0.0.1',
    FACECOMPARE_RATE_LIMIT: '0',
    FACECOMPARE_GALLERY: '1',
    ...bench.settings,
  })
  const rounds: Record<Way, EnrolRound[]> = { analysis: [], detect: [], newperson: [], addface: [] }
  try {
    await measureRound(service, bench, 'warm-up', bench.portraits.slice(0, WARM_UPS))
    for (let round = 0; round < bench.rounds; round++) {
      const pictures = bench.portraits.slice(round * bench.people, (round + 1) * bench.people)
      const measured = await measureRound(service, bench, `round-${round}`, pictures)
      for (const way of WAYS) rounds[way].push(measured[way])
      bench.onRound()
    }
  } finally {
    await service.stop()
  }
  return describeStore(store, rounds)
}

async function measureRound(
  service: Service,
  { bare, load, dataDir, connections, lanes }: EnrolBench,
  name: string,
  pictures: readonly string[],
): Promise<Readonly<Record<Way, EnrolRound>>> {
  const files = await writeRequests(join(dataDir, name), name, pictures)
  const send = async (requests: readonly string[]): Promise<EnrolRound> => {
    const before = await service.probe()
    const answer = await load.run({ port: service.port, files: requests, connections, calls: requests.length })
    requireRight(answer)
    const after = await service.probe()
    const { faces, elapsedMs } = answer
    const ownCpuMs = after.ownCpuMs - before.ownCpuMs
    return {
      faces,
      elapsedMs,
      cpuMs: after.cpuMs - before.cpuMs,
      service: { ownCpuMs, delayP99Ms: after.delayP99Ms },
    }
  }
  return {
    analysis: await bare.faces({ files: pictures, lanes }),
    detect: await send(files.detect),
    newperson: await send(files.newperson),
    addface: await send(files.addface),
  }
}

/** Calls of HTTP in files, as the load generator wants them. */
async function writeRequests(folder: string, prefix: string, pictures: readonly string[]) {
  await mkdir(folder)
  const images = await Promise.all(pictures.map((file) => readFile(file)))
  const personOf = (i: number) => `${prefix}-${i}`
  const writeAll = (call: string, requests: readonly Buffer[]) =>
    Promise.all(
      requests.map(async (request, i) => {
        const file = join(folder, `${call}-${i}.http`)
        await writeFile(file, request)
        return file
      }),
    )
  const detect = images.map((image) => makeFamilyRequest('detect', [...one('mode', '1'), ...one('image', image)]))
  const newperson = images.map((image, i) =>
    makeFamilyRequest('newperson', [
      ...one('person_id', personOf(i)),
      ...one('group_ids[0]', GROUP),
      ...one('image', image),
    ]),
  )
  // Those of the five people after the one who gets them: the own picture would be the same face again.
  const addface = images.flatMap((_, i) => {
    if (i % PICTURES_A_CALL !== 0) return []
    const others = Array.from({ length: PICTURES_A_CALL }, (_, k) => images[(i + 1 + k) % images.length])
    const fields = others.flatMap((image, k) => (image ? one(`images[${k}]`, image) : []))
    return [makeFamilyRequest('addface', [...one('person_id', personOf(i)), ...fields])]
  })
  return {
    detect: await writeAll('detect', detect),
    newperson: await writeAll('newperson', newperson),
    addface: await writeAll('addface', addface),
  }
}

function one(name: string, value: string | Uint8Array) {
  return [[name, value] as const]
}

/** Pictures may be too poor to be kept; anything else is a fault of the benchmark or of the service. */
function requireRight({ wrong, refusedMs, acceptedMs }: LoadAnswer): void {
  const other = wrong.find((answer) => !CODES_OF_PICTURES.includes(Number(/"code":(-?\d+)/.exec(answer)?.[1])))
  if (other !== undefined) throw new Error(`Expected faces but received ${other}`)
  if (refusedMs.length > 0) throw new Error('Expected room for every call: ask for fewer connections')
  if (acceptedMs.length === 0) throw new Error('Expected somebody to be enrolled, but no picture would do')
}
