import { QualityTooLowError } from '../engine/require-quality.js'
import { type ErrorName, FaceCompareError } from '../errors.js'
import type { Failure } from '../evaluation/face-vectors.js'
import { PictureError } from './comparison-json.js'
import type { Language } from './language.js'
import { explain, explainFileError } from './report.js'
import { explainPoorFaceInChinese } from './words.js'

/** What the engine and the fetching of images throw, in Chinese; other errors are explained in English. */
const CHINESE: Partial<Readonly<Record<ErrorName, string>>> = {
  FACE_NOT_DETECTED: '图片中没有检测到人脸。',
  IMAGE_UNDECODABLE: '图片无法解码：文件不完整、已损坏或像素过多。',
  IMAGE_EMPTY: '图片为空。',
  IMAGE_FORMAT_UNSUPPORTED: '不支持的图片格式：需要 JPEG、PNG、WebP、AVIF、GIF、TIFF 或 BMP。',
  EMBEDDING_FAILED: '无法从人脸计算嵌入向量。',
  LANDMARKS_FAILED: '无法定位人脸的关键点。',
  AGE_FAILED: '无法估计年龄。',
  GENDER_FAILED: '无法估计性别。',
  EXPRESSION_FAILED: '无法估计表情。',
  GLASSES_FAILED: '无法判断是否戴眼镜。',
  POSE_FAILED: '无法估计头部姿态。',
  BODY_TOO_LARGE: '图片过大。',
  URL_UNREACHABLE: '无法连接图片网址的主机。',
  URL_DOWNLOAD_FAILED: '图片网址没有返回可用的图片。',
  INVALID_PARAMETER: '图片网址无效。',
  PARAMETER_TOO_LONG: '图片网址过长。',
  TOO_MANY_REQUESTS: '系统繁忙，请稍后再试。',
}

const CHINESE_OF_FILES = {
  ENOENT: (path: string) => `文件不存在：${path}。`,
  EISDIR: () => '需要文件，但给出的是文件夹。',
  EACCES: (path: string) => `没有权限读取 ${path}。`,
}

/** The sentence of an error in a language. */
export function explainIn(language: Language, error: unknown): string {
  if (language === 'en') return explain(error)
  if (error instanceof PictureError) return `${error.picture}: ${explainIn(language, error.cause)}`
  if (error instanceof FaceCompareError) {
    const shown = error instanceof QualityTooLowError ? error : undefined
    return sentenceOf(language, { kind: error.kind, sentence: error.message, shown })
  }
  return explainFileError(error, CHINESE_OF_FILES) ?? explain(error)
}

/** The sentence of a failure. */
export function sentenceOf(language: Language, { kind, sentence, shown }: Failure): string {
  if (language === 'zh' && shown) return explainPoorFaceInChinese(shown.quality, shown.minQuality)
  const chinese: unknown = Object.hasOwn(CHINESE, kind) ? Reflect.get(CHINESE, kind) : undefined
  return language === 'zh' && typeof chinese === 'string' ? chinese : sentence
}
