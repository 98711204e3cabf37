import type { Quality, QualityReason } from '../engine/engine.js'
import type { PartName } from '../engine/face.js'
import { REASON_WORDS } from '../engine/require-quality.js'
import type { Language } from './language.js'

/** Everything that `compare`, `detect` and `dedupe` say to a person, errors apart. */
export interface Words {
  readonly similarity: string
  readonly parts: Readonly<Record<PartName, string>>
  readonly match: string
  readonly noMatch: string
  readonly verdict: (match: boolean, threshold: number) => string
  /** How rare a score is among pairs of strangers: fewer than, or more than, one in so many reach it. */
  readonly rarity: (oneIn: number, side: 'fewer' | 'more') => string
  readonly rows: Readonly<
    Record<
      | 'picture'
      | 'size'
      | 'face'
      | 'quality'
      | 'detectionScore'
      | 'faceCount'
      | 'decode'
      | 'detect'
      | 'align'
      | 'embed',
      string
    >
  >
  readonly place: (width: string, height: string, x: string, y: string) => string
  readonly manyFaces: (side: 'A' | 'B', count: number) => string
  readonly manyFacesIn: (count: number) => string
  /** What is wrong with how a face is shown. */
  readonly flaws: (reasons: readonly QualityReason[]) => string
  /** A face that was compared, although something is wrong with its picture. */
  readonly flawed: (side: 'A' | 'B', flaws: string) => string
  readonly unchecked: string
  readonly ranking: Readonly<Record<'rank' | 'similarity' | 'verdict' | 'picture', string>>
  readonly matches: (matching: number, compared: number, threshold: number) => string
  readonly shown: (shown: number, compared: number) => string
  readonly faces: (count: number, picture: string, width: number, height: number) => string
  readonly columns: Readonly<
    Record<'number' | 'age' | 'gender' | 'expression' | 'glasses' | 'pitch' | 'yaw' | 'roll' | 'yes' | 'no', string>
  >
  readonly written: (file: string) => string
  readonly progress: (done: number, total: number, secondsLeft: number) => string
  readonly interrupted: string
  readonly problems: {
    readonly oneStdin: string
    readonly onlyItself: string
    readonly noPictures: (folder: string) => string
    readonly noFits: (pattern: string) => string
  }
  readonly sheet: {
    readonly title: (folder: string) => string
    readonly group: (number: number, count: number, score: number) => string
    readonly groups: (groups: number, grouped: number, threshold: number) => string
    readonly alone: (count: number) => string
    readonly failed: (count: number) => string
    readonly skipped: (count: number) => string
  }
}

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`

const ENGLISH: Words = {
  similarity: 'similarity',
  parts: { eyebrow: 'eyebrows', eye: 'eyes', nose: 'nose', mouth: 'mouth' },
  match: 'match',
  noMatch: 'no match',
  verdict: (match, threshold) => `${match ? 'match' : 'no match'} at a threshold of ${threshold}`,
  rarity: (oneIn, side) =>
    `${side} than one in ${oneIn.toLocaleString('en')} pairs of strangers score so high, in the worst group that was measured`,
  rows: {
    picture: 'picture',
    size: 'size',
    face: 'face',
    quality: 'quality',
    detectionScore: 'detection score',
    faceCount: 'faces seen',
    decode: 'decode',
    detect: 'detect',
    align: 'align',
    embed: 'embed',
  },
  place: (width, height, x, y) => `${width} x ${height} at ${x}, ${y}`,
  manyFaces: (side, count) => `picture ${side} shows ${count} faces; the most prominent was compared`,
  manyFacesIn: (count) => `the most prominent of ${count} faces`,
  flaws: (reasons) => new Intl.ListFormat('en-GB').format(reasons.map((reason) => REASON_WORDS[reason])),
  flawed: (side, flaws) => `the face in picture ${side} is ${flaws}: take it again if you can`,
  unchecked: 'quality was not checked: poor pictures of strangers may score as high',
  ranking: { rank: '#', similarity: 'similarity', verdict: 'verdict', picture: 'picture' },
  matches: (matching, compared, threshold) =>
    `${matching} of ${plural(compared, 'picture', 'pictures')} ${matching === 1 ? 'matches' : 'match'} at a threshold of ${threshold}`,
  shown: (shown, compared) => `the best ${shown} of ${compared}`,
  faces: (count, picture, width, height) => `${plural(count, 'face', 'faces')} in ${picture} (${width} x ${height})`,
  columns: {
    number: '#',
    age: 'age',
    gender: 'gender',
    expression: 'expression',
    glasses: 'glasses',
    pitch: 'pitch',
    yaw: 'yaw',
    roll: 'roll',
    yes: 'yes',
    no: 'no',
  },
  written: (file) => `written to ${file}`,
  progress: (done, total, secondsLeft) => `pictures ${done}/${total}, ${secondsLeft} s left`,
  interrupted: 'Interrupted.',
  problems: {
    oneStdin: 'Only one picture can come from standard input.',
    onlyItself: 'There is no picture to compare A with but A itself.',
    noPictures: (folder) => `There are no pictures in ${folder}.`,
    noFits: (pattern) => `No file fits the pattern ${pattern}.`,
  },
  sheet: {
    title: (folder) => `People in ${folder}`,
    group: (number, count, score) =>
      `person ${number}: ${plural(count, 'picture', 'pictures')}, mean similarity ${score.toFixed(2)}`,
    groups: (groups, grouped, threshold) =>
      `${plural(groups, 'person', 'people')} with several pictures (${grouped} in all) at a threshold of ${threshold}`,
    alone: (count) => `${plural(count, 'picture', 'pictures')} of people with no other picture`,
    failed: (count) => `${plural(count, 'picture', 'pictures')} without a face to compare`,
    skipped: (count) => `${plural(count, 'file is', 'files are')} not named like a picture`,
  },
}

/** What goes on after "the face". */
const CHINESE_REASONS: Readonly<Record<QualityReason, string>> = {
  small: '过小',
  blurred: '模糊',
  dark: '过暗',
  over_exposed: '过曝',
  covered: '被遮挡',
  turned_away: '偏转过大',
  cut_off: '不完整',
}

const CHINESE: Words = {
  similarity: '相似度',
  parts: { eyebrow: '眉毛', eye: '眼睛', nose: '鼻子', mouth: '嘴巴' },
  match: '匹配',
  noMatch: '不匹配',
  verdict: (match, threshold) => `${match ? '匹配' : '不匹配'}（阈值 ${threshold}）`,
  rarity: (oneIn, side) =>
    `在测过的最差的群体中，达到该分数的陌生人配对${side === 'fewer' ? '不到' : '超过'} ${oneIn.toLocaleString('en')} 分之一`,
  rows: {
    picture: '图片',
    size: '尺寸',
    face: '人脸',
    quality: '质量',
    detectionScore: '检测分数',
    faceCount: '人脸数量',
    decode: '解码',
    detect: '检测',
    align: '对齐',
    embed: '嵌入',
  },
  place: (width, height, x, y) => `${width} x ${height}，位于 ${x}, ${y}`,
  manyFaces: (side, count) => `图片 ${side} 中有 ${count} 张人脸，比对的是最突出的一张`,
  manyFacesIn: (count) => `${count} 张人脸中最突出的一张`,
  flaws: (reasons) => reasons.map((reason) => CHINESE_REASONS[reason]).join('、'),
  flawed: (side, flaws) => `图片 ${side} 的人脸${flaws}，有条件请重拍`,
  unchecked: '未检查质量：陌生人的劣质图片也可能得到这样高的分数',
  ranking: { rank: '#', similarity: '相似度', verdict: '结论', picture: '图片' },
  matches: (matching, compared, threshold) => `${compared} 张图片中有 ${matching} 张匹配（阈值 ${threshold}）`,
  shown: (shown, compared) => `共 ${compared} 张，只列出最高的 ${shown} 张`,
  faces: (count, picture, width, height) => `${picture}（${width} x ${height}）中有 ${count} 张人脸`,
  columns: {
    number: '#',
    age: '年龄',
    gender: '性别',
    expression: '表情',
    glasses: '眼镜',
    pitch: '俯仰',
    yaw: '左右',
    roll: '旋转',
    yes: '有',
    no: '无',
  },
  written: (file) => `已写入 ${file}`,
  progress: (done, total, secondsLeft) => `图片 ${done}/${total}，剩余 ${secondsLeft} 秒`,
  interrupted: '已中断。',
  problems: {
    oneStdin: '只能从标准输入读取一张图片。',
    onlyItself: '除 A 本身外没有可比对的图片。',
    noPictures: (folder) => `${folder} 中没有图片。`,
    noFits: (pattern) => `没有文件符合模式 ${pattern}。`,
  },
  sheet: {
    title: (folder) => `${folder} 中的人物`,
    group: (number, count, score) => `人物 ${number}：${count} 张图片，平均相似度 ${score.toFixed(2)}`,
    groups: (groups, grouped, threshold) => `${groups} 个人物有多张图片（共 ${grouped} 张），阈值 ${threshold}`,
    alone: (count) => `${count} 张图片中的人物没有其他图片`,
    failed: (count) => `${count} 张图片没有可比对的人脸`,
    skipped: (count) => `${count} 个文件的名称不是图片`,
  },
}

/** Why a face was not compared. The error's own sentence is the English one. */
export function explainPoorFaceInChinese({ score, reasons }: Quality, minQuality: number): string {
  const flaws = reasons.length === 0 ? '质量过低' : CHINESE.flaws(reasons)
  return `人脸${flaws}，无法比对：质量 ${score}，至少需要 ${minQuality}。`
}

export const WORDS: Readonly<Record<Language, Words>> = { en: ENGLISH, zh: CHINESE }
