/** The words around the figures of the benchmarks, in both languages of the documents. The figures themselves have none. */

import type { Subject } from '../bench/group-figures.js'

export type Language = 'en' | 'zh'

interface Setting {
  readonly day: string
  readonly cpuCount: number
  readonly cpu: string
  readonly node: string
  /** Empty where it is not known. */
  readonly commit: string
}

interface OverloadWords {
  readonly name: string
  readonly serviceTimes: string
  readonly refused: string
  readonly refusedWithinMs: string
}

interface MemoryWords {
  readonly calls: number
  readonly startMiB: string
  readonly endMiB: string
  readonly slopeKiB: string
}

interface SoakWords {
  readonly calls: number
  readonly kinds: number
  readonly left: number
  readonly seconds: string
  readonly answersPerSecond: string
}

interface SoakDescriptors {
  readonly before: number
  readonly most: number
  readonly after: number
}

export interface Words {
  readonly notMeasured: (command: string) => string
  readonly measured: (setting: Setting) => string
  readonly peers: readonly string[]
  readonly stages: readonly string[]
  readonly runsOf: (network: string, runs: number, ms: string) => string
  readonly startMs: (ms: string) => string
  readonly roof: readonly string[]
  readonly roofOf: (side: number) => string
  readonly allOfPair: string
  readonly groups: readonly string[]
  readonly groupNamed: (subject: Subject) => string
  /** The rate is in percent. */
  readonly atScore: (score: number, promised: string) => string
  readonly before: string
  /** The largest multiples of the promises at 70, 80 and 90. */
  readonly worstOfPack: (pack: string, day: string, multiples: readonly string[]) => string
  readonly people: (genuinePairs: number) => string
  readonly peopleAtScore: (score: number) => string
  readonly peopleAtRate: (far: string) => string
  readonly keepingAdults: (far: string) => string
  readonly keepingAll: (far: string) => string
  readonly sharing: readonly string[]
  readonly kinds: readonly string[]
  readonly atMost: (what: string, value: string, most: number) => string
  readonly http: readonly string[]
  readonly httpSetting: (workers: number) => string
  readonly saturation: (format: string, share: string) => string
  readonly door: (door: string, cost: string) => string
  readonly oneClient: (share: string, ms: string) => string
  readonly overload: (words: OverloadWords) => string
  readonly memory: (words: MemoryWords) => string
  readonly allHold: string
  readonly missed: (bars: readonly string[]) => string
  readonly soak: readonly string[]
  readonly soakNature: (nature: string) => string
  readonly soakMemory: (of: string, startMiB: string, endMiB: string, slopeKiB: string) => string
  readonly soakCalls: (words: SoakWords) => string
  readonly soakDescriptors: (descriptors: SoakDescriptors) => string
  readonly soakDelay: (medianMs: string, mostMs: string) => string
  readonly soakGood: string
  readonly soakBad: (problems: readonly string[]) => string
  /** What a benchmark calls a thing. */
  readonly named: (name: string) => string
}

/** The data set's own names of its groups, for people. */
const GROUPS: Readonly<Record<string, readonly [english: string, chinese: string]>> = {
  white: ['white', '白人'],
  black: ['black', '黑人'],
  'south-asian': ['South Asian', '南亚'],
  'east-asian': ['East Asian', '东亚'],
}

const ENGLISH: Words = {
  notMeasured: (command) => `Not measured yet: \`${command}\`.`,
  measured: ({ day, cpuCount, cpu, node, commit }) =>
    `Measured ${day} on ${cpuCount} cores of an ${cpu}, shared with others, Node ${node}${commit === '' ? '' : `, commit ${commit}`}.`,
  peers: ['one thread', 'pair of 250 px', 'times ours', 'start to first score', 'pair of 12 MP', 'peak memory, 12 MP'],
  stages: [
    'pair, ms',
    'decode',
    'detect',
    'align',
    'embed',
    'processor ms an image',
    'bare runs',
    'inside of the runs',
    'facial parts',
  ],
  runsOf: (network, runs, ms) =>
    `- ${network}: ${runs === 1 ? 'one run' : `${runs} runs`} an image, ${ms} ms by itself`,
  startMs: (ms) => `From start to ready: ${ms} ms.`,
  roof: ['one core', 'million multiply-adds', 'ms', 'billion a second', 'of the roof'],
  roofOf: (side) => `the roof: matrices of ${side} x ${side}`,
  allOfPair: 'all runs of a pair',
  groups: ['strangers', 'with a face / pictures', 'pairs'],
  groupNamed: ({ group, sex }) => {
    const years = /^child (.+)$/.exec(group)?.[1]
    if (years) return `${sex === 'f' ? 'girls' : 'boys'} of ${years.replace('-', ' to ')}`
    return `${GROUPS[group]?.[0] ?? group}, ${sex === 'f' ? 'women' : 'men'}`
  },
  atScore: (score, promised) => `% at ${score} (promised ${promised})`,
  before: 'before',
  worstOfPack: (pack, day, multiples) =>
    `- \`${pack}\`, measured ${day}: in the worst group of adults ${multiples.join(', ')} times what 70, 80 and 90 promise`,
  people: (genuinePairs) => `people of DevTest: % of ${genuinePairs} genuine pairs accepted`,
  peopleAtScore: (score) => `at a score of ${score}`,
  peopleAtRate: (far) => `at a false accept rate of ${far} among these people`,
  keepingAdults: (far) => `at ${far} in the worst group of adults`,
  keepingAll: (far) => `at ${far} in the worst group, children included`,
  sharing: ['processes x threads of one run', 'pairs a second', 'a pair alone, ms', 'peak memory, MiB'],
  kinds: ['pair of', 'kB', 'ms', 'times', 'decode', 'detect', 'align', 'embed', 'score', 'peak MiB'],
  atMost: (what, value, most) => `- ${what}: ${value} (at most ${most})`,
  http: ['calls', 'connections', 'answered a second', 'p50 ms', 'p95 ms', 'p99 ms', 'refused', 'loop p99 ms', 'MiB'],
  httpSetting: (workers) =>
    `${workers} worker processes; pictures of 250 px; who is refused comes again when asked to.`,
  saturation: (format, share) => `- at saturation, ${format}: ${share} of the bare pipeline's pairs`,
  door: (door, cost) => `- over the door ${door} a call takes ${cost} of the time of the first wire, as JSON`,
  oneClient: (share, ms) => `- one client: a call takes ${share} of A's time and B's together, ${ms} ms`,
  overload: ({ name, serviceTimes, refused, refusedWithinMs }) =>
    `- 64 connections that ${name}: p99 of the accepted is ${serviceTimes} service times, ${refused} refused, half of those within ${refusedWithinMs} ms`,
  memory: ({ calls, startMiB, endMiB, slopeKiB }) =>
    `- ${calls} calls in a row: from ${startMiB} to ${endMiB} MiB, ${slopeKiB} KiB a thousand calls over the second half`,
  allHold: 'All bars of the benchmark hold.',
  missed: (bars) => `Missed: ${bars.join('; ')}.`,
  soak: ['', 'answered', 'with 0', 'with 15', 'with 213', 'different codes'],
  soakNature: (nature) => `${nature} calls`,
  soakMemory: (of, startMiB, endMiB, slopeKiB) =>
    `- memory of the ${of}: from ${startMiB} to ${endMiB} MiB, ${slopeKiB} KiB a thousand calls`,
  soakCalls: ({ calls, kinds, left, seconds, answersPerSecond }) =>
    `- ${calls} calls of ${kinds} kinds in ${seconds} s, ${answersPerSecond} answers a second; ${left} clients left before their answer`,
  soakDescriptors: ({ before, most, after }) => `- file descriptors: ${before} before, at most ${most}, ${after} after`,
  soakDelay: (medianMs, mostMs) => `- event-loop delay p99 over 2 s: median ${medianMs} ms, at most ${mostMs} ms`,
  soakGood: 'Nothing was wrong.',
  soakBad: (problems) => `Wrong: ${problems.join(' ')}`,
  named: (name) => name,
}

/** A name that is not here stays English. */
const CHINESE_NAMES: ReadonlyMap<string, string> = new Map([
  ['good', '正常'],
  ['bad', '错误'],
  ['hostile', '恶意'],
  ['service', '服务'],
  ['workers', '工作进程'],
  ['detector', '检测网络'],
  ['embedder', '特征网络'],
  ['landmarks', '关键点网络'],
  ['a head, 250 x 250', '头像，250 × 250'],
  ['a head, 500 x 500', '头像，500 × 500'],
  ['a head, 1000 x 1000', '头像，1000 × 1000'],
  ['a head, 2000 x 2000', '头像，2000 × 2000'],
  ['a head, 3000 x 3000', '头像，3000 × 3000'],
  ['12-megapixel photographs', '1200 万像素照片'],
  ["a webcam's 640 x 480", '网络摄像头，640 × 480'],
  ["a webcam's 1280 x 720", '网络摄像头，1280 × 720'],
  ['a face in 1000 x 1000', '1000 × 1000 中 1 张人脸'],
  ['4 faces in 1000 x 1000', '1000 × 1000 中 4 张人脸'],
  ['9 faces in 1000 x 1000', '1000 × 1000 中 9 张人脸'],
  ['12-megapixel pair over the 250 px pair', '1200 万像素一对与 250 px 一对的耗时之比'],
  ['speed against human', '相对 human 的速度'],
  ['speed against face-api', '相对 face-api 的速度'],
  ['cold start against human', '相对 human 的冷启动'],
  ['peak memory on 12 megapixels, MB', '1200 万像素图片的内存峰值（MB）'],
  ['difference of their scores', '二者得分之差'],
  ['peak memory of one thread on photographs, MB', '单线程处理照片的内存峰值（MB）'],
  ['calls a second over bare pairs, multipart', '每秒调用数与裸流水线之比，multipart'],
  ['calls a second over bare pairs, json', '每秒调用数与裸流水线之比，json'],
  ['a call over the door rekognition, in times of the first wire', '经由接口 rekognition 的一次调用与原接口用时之比'],
  ['a call over the door iai, in times of the first wire', '经由接口 iai 的一次调用与原接口用时之比'],
  ['event-loop delay p99 at saturation, multipart, ms', '饱和时事件循环延迟 p99（ms），multipart'],
  ['event-loop delay p99 at saturation, json, ms', '饱和时事件循环延迟 p99（ms），json'],
  ['event-loop delay p99, large pictures in JSON, ms', '大图 JSON 时事件循环延迟 p99（ms）'],
  ['one client: latency over the sum of both images', '单客户端：延迟与两张图片耗时之和之比'],
  [
    '64 connections, come again after Retry-After: p99 of the accepted in service times',
    '64 连接按 Retry-After 重试：被接受调用的 p99（以服务时间计）',
  ],
  [
    '64 connections, come again after 100 ms: p99 of the accepted in service times',
    '64 连接 100 ms 后重试：被接受调用的 p99（以服务时间计）',
  ],
  [
    '64 connections, come again at once: p99 of the accepted in service times',
    '64 连接立即重试：被接受调用的 p99（以服务时间计）',
  ],
  ['refusals without Retry-After', '不带 Retry-After 的拒绝'],
  ['come again after Retry-After', '按 Retry-After 重试'],
  ['come again after 100 ms', '100 ms 后重试'],
  ['come again at once', '立即重试'],
])

const CHINESE: Words = {
  notMeasured: (command) => `尚未测量：\`${command}\`。`,
  measured: ({ day, cpuCount, cpu, node, commit }) =>
    `测于 ${day}，${cpu} 的 ${cpuCount} 个核心（与他人共用），Node ${node}${commit === '' ? '' : `，提交 ${commit}`}。`,
  peers: [
    '单线程',
    '一对 250 px 图片',
    '相对本项目的倍数',
    '启动到首个得分',
    '一对 1200 万像素图片',
    '内存峰值（1200 万像素）',
  ],
  stages: [
    '一对（ms）',
    '解码',
    '检测',
    '对齐',
    '特征提取',
    '每张图片的 CPU 毫秒',
    '裸推理',
    '推理所占比例',
    '五官所占比例',
  ],
  runsOf: (network, runs, ms) => `- ${network}：每张图片推理 ${runs} 次，单独一次 ${ms} ms`,
  startMs: (ms) => `从启动到可用：${ms} ms。`,
  roof: ['单核', '百万次乘加', 'ms', '每秒十亿次', '占上限'],
  roofOf: (side) => `上限：${side} × ${side} 矩阵`,
  allOfPair: '一对图片的全部推理',
  groups: ['陌生人', '有人脸 / 图片', '对数'],
  groupNamed: ({ group, sex }) => {
    const years = /^child (.+)$/.exec(group)?.[1]
    if (years) return `${years.replace('-', ' 至 ')} 岁${sex === 'f' ? '女孩' : '男孩'}`
    return `${GROUPS[group]?.[1] ?? group}，${sex === 'f' ? '女性' : '男性'}`
  },
  atScore: (score, promised) => `${score} 分及以上的 %（承诺 ${promised}）`,
  before: '此前',
  worstOfPack: (pack, day, multiples) =>
    `- \`${pack}\`，测于 ${day}：在最差的成人群体中，分别为 70、80、90 分所承诺的 ${multiples.join('、')} 倍`,
  people: (genuinePairs) => `DevTest 的人：${genuinePairs} 对同一人图片中被接受的 %`,
  peopleAtScore: (score) => `得分达到 ${score}`,
  peopleAtRate: (far) => `在这些人中误识率为 ${far}`,
  keepingAdults: (far) => `在最差的成人群体中误识率为 ${far}`,
  keepingAll: (far) => `在最差的群体（含儿童）中误识率为 ${far}`,
  sharing: ['进程数 × 单次推理线程数', '每秒对数', '单独一对（ms）', '内存峰值（MiB）'],
  kinds: ['一对', 'kB', 'ms', '倍数', '解码', '检测', '对齐', '特征提取', '得分', '内存峰值（MiB）'],
  atMost: (what, value, most) => `- ${what}：${value}（上限 ${most}）`,
  http: ['调用', '连接数', '每秒应答', 'p50 ms', 'p95 ms', 'p99 ms', '被拒绝', '事件循环 p99 ms', 'MiB'],
  httpSetting: (workers) => `${workers} 个工作进程；250 px 图片；被拒绝者按要求的时间重试。`,
  saturation: (format, share) => `- 饱和时，${format}：达到裸流水线每秒对数的 ${share}`,
  door: (door, cost) => `- 经由接口 ${door} 的一次调用，用时为原接口（JSON）的 ${cost}`,
  oneClient: (share, ms) => `- 单客户端：一次调用用时为 A、B 两图耗时之和的 ${share}，即 ${ms} ms`,
  overload: ({ name, serviceTimes, refused, refusedWithinMs }) =>
    `- 64 个连接，${name}：被接受调用的 p99 为 ${serviceTimes} 倍服务时间，${refused} 被拒绝，其中一半在 ${refusedWithinMs} ms 内得到答复`,
  memory: ({ calls, startMiB, endMiB, slopeKiB }) =>
    `- 连续 ${calls} 次调用：内存从 ${startMiB} 到 ${endMiB} MiB，后一半每千次调用增长 ${slopeKiB} KiB`,
  allHold: '基准测试的各项指标全部达标。',
  missed: (bars) => `未达标：${bars.join('；')}。`,
  soak: ['', '已应答', '返回码 0', '返回码 15', '返回码 213', '不同返回码数'],
  soakNature: (nature) => `${CHINESE_NAMES.get(nature) ?? nature}调用`,
  soakMemory: (of, startMiB, endMiB, slopeKiB) =>
    `- ${of}的内存：从 ${startMiB} 到 ${endMiB} MiB，每千次调用增长 ${slopeKiB} KiB`,
  soakCalls: ({ calls, kinds, left, seconds, answersPerSecond }) =>
    `- ${seconds} 秒内 ${calls} 次调用，共 ${kinds} 种，每秒应答 ${answersPerSecond} 次；${left} 个客户端在应答之前离开`,
  soakDescriptors: ({ before, most, after }) => `- 文件描述符：之前 ${before}，最多 ${most}，之后 ${after}`,
  soakDelay: (medianMs, mostMs) => `- 每 2 秒的事件循环延迟 p99：中位数 ${medianMs} ms，最大 ${mostMs} ms`,
  soakGood: '一切正常。',
  soakBad: (problems) => `有问题：${problems.join(' ')}`,
  named: (name) => CHINESE_NAMES.get(name) ?? name,
}

export const WORDS: Readonly<Record<Language, Words>> = { en: ENGLISH, zh: CHINESE }
