/**
 * What the Chinese documents say of settings and errors. The types keep both tables complete: a new setting or error does
 * not compile until it has its words here.
 */
import type { SETTINGS } from '../src/config.js'
import type { ErrorName } from '../src/errors.js'

interface SettingWords {
  readonly description: string
  /** The default, where it is told in words. */
  readonly fallbackText?: string
}

export const SETTINGS_IN_CHINESE: Readonly<Record<keyof typeof SETTINGS, SettingWords>> = {
  host: { description: '监听地址；`0.0.0.0` 或 `::` 表示本机所有地址。' },
  port: { description: '监听端口；0 表示随机选用一个空闲端口。' },
  dataDir: { description: '内嵌存储所在目录：应用、密钥、已用过的签名、用量。' },
  databaseUrl: {
    description: '用 PostgreSQL（14 及以上）代替内嵌存储，供多副本部署使用。属于机密。',
    fallbackText: '无：使用内嵌存储',
  },
  masterKey: {
    description: '加密存储中 SecretKey 的主密钥：32 字节，写成 64 位十六进制或 Base64。属于机密。',
    fallbackText: '数据目录中的密钥文件；使用数据库时必须设置',
  },
  masterKeyNext: {
    description: '存储可能使用的第二个主密钥，在轮换主密钥期间设置（见 [operations.md](operations.md)）。属于机密。',
    fallbackText: '无',
  },
  bootstrapApp: {
    description: '启动时若不存在则创建的应用和密钥，格式为 `appid:secretId:secretKey`。属于机密。',
    fallbackText: '无',
  },
  workers: { description: '做人脸比对的工作进程数，每个进程同一时刻处理一张图片。', fallbackText: '每个可用核心一个' },
  maxImageBytes: { description: '单张图片的最大字节数，可带后缀 `KiB` 或 `MiB`。' },
  maxPixels: { description: '单张图片的最大像素数（宽 × 高）。' },
  rateLimit: { description: '未单独设限的每个应用每秒允许的调用数；0 表示不限。' },
  urlAllow: {
    description: '虽非公网地址、但允许图片 url 访问的主机、地址和网段；用逗号分隔。',
    fallbackText: '无',
  },
  urlTimeoutMs: { description: '下载单个 url 图片的最长时间，单位毫秒。' },
  corsOrigins: {
    description: '允许在浏览器中调用的页面来源（origin）；用逗号分隔，`*` 表示全部。',
    fallbackText: '无',
  },
  statusAlways200: {
    description: '与原服务一样，带签名的调用无论返回码是什么，HTTP 状态码一律为 200；`0` 则由返回码决定状态码。',
  },
  modelPack: { description: '自备模型包的目录（见 [packs.md](packs.md)）。', fallbackText: '默认模型包' },
  logLevel: { description: '记录日志的最低级别：trace、debug、info、warn、error、fatal、silent。' },
  doors: {
    description:
      '在 `/` 上应答的其他云的接口：rekognition、tencent-iai，用逗号分隔，`none` 表示全部关闭（见 [doors.md](doors.md)）。',
  },
  s3Folder: {
    description:
      '`rekognition` 接口的调用中，该目录下的各子目录视作 S3 存储桶，其中的文件视作对象；所有应用都可以用它们做比对。',
    fallbackText: '无：不认识任何 S3 对象',
  },
  opsHost: { description: '指标与健康检查的监听地址。' },
  opsPort: {
    description: '`/metrics`、`/healthz`、`/readyz` 的端口（见 [operations.md](operations.md)）；0 表示关闭。',
    fallbackText: '0（关闭）',
  },
  drainTimeoutMs: { description: '要求服务退出时，处理中的调用最多还能占用的时间，单位毫秒。' },
  tlsCert: {
    description: '证书文件（PEM，含到根证书之间的中间证书）：设置后服务使用 https。',
    fallbackText: '无（http）',
  },
  tlsKey: { description: '该证书的私钥文件（PEM）。两个文件变更后会自动重新读取。', fallbackText: '无' },
  trustProxy: {
    description: '可信代理的地址和网段，只采信它们给出的 `X-Forwarded-For`；用逗号分隔。',
    fallbackText: '无',
  },
  addressRateLimit: { description: '每个客户端地址每秒允许的调用数，在校验签名之前计数；0 表示不限。' },
  maxConnections: { description: '同时打开的连接数上限；超出的连接立即关闭。' },
  maxUploadBytesInFlight: {
    description:
      '内存中请求包体与已下载图片的总字节数上限，单个应用最多占四分之三；超出的调用以返回码 15 拒绝。单独一个调用总会放行。',
  },
  minUploadRate: { description: '上传开始 10 秒之后每秒至少要送达的字节数；更慢的上传应答 408。0 表示不要求。' },
  gallery: {
    description: '保存登记的个体，并应答与个体有关的调用；不设置时服务不保存任何人（见 [privacy.md](privacy.md)）。',
  },
  encryptTemplates: { description: '用主密钥加密所保存的人脸数据；此前保存的保持原样。' },
  maxGroups: { description: '每个应用最多的组数。' },
  maxPersonsPerGroup: { description: '每个组最多的个体数。' },
  maxFacesPerPerson: { description: '每个个体最多的人脸数。' },
  maxCandidates: { description: '一次检索最多返回的个体数。' },
  minConfidence: { description: '检索不返回得分低于此值的个体，0 到 100。' },
  search: {
    description:
      '在何处检索已登记的人脸：`memory` 为各进程的内存；`pgvector` 为数据库的扩展，用于内存容纳不下的数量（见 docs/performance.md）。',
  },
}

/** The specification's own names, and a word more where one helps. */
export const ERRORS_IN_CHINESE: Readonly<Record<ErrorName, string>> = {
  BAD_REQUEST: '错误的请求：请求无法读取。',
  SIGNATURE_MISSING: '签名为空。',
  SIGNATURE_MALFORMED: '签名串错误：格式不对。',
  APP_MISMATCH: '签名中的 appid（或 bucket）与操作目标不匹配。',
  SIGNATURE_EXPIRED: '签名过期。',
  APP_UNKNOWN: 'appid 不存在（或已停用）。',
  SECRET_ID_UNKNOWN: 'SecretId 不存在（或已吊销）。',
  SECRET_ID_MISMATCH: 'appid 和 SecretId 不匹配。',
  SIGNATURE_REPLAYED: '重放攻击：单次有效签名已经用过。',
  SIGNATURE_WRONG: '签名校验失败：与 SecretKey 不符，或两端时钟不一致。',
  TOO_MANY_REQUESTS: '操作太频繁，触发频控；或本月配额用尽。',
  INVALID_PARAMETER: '无效参数。',
  BODY_TOO_LARGE: '请求包体过大，或其中的图片过大。',
  INTERFACE_NOT_SUPPORTED: '接口已关闭，或自行部署的服务无法应答。',
  AUTH_UNAVAILABLE: '鉴权服务不可用：暂时无法校验签名。',
  AUTH_UNAVAILABLE_INTERNAL: '鉴权服务不可用：暂时无法校验签名。',
  INTERNAL: '内部错误。',
  FACE_NOT_DETECTED: '人脸检测失败：图片中没有找到人脸。',
  IMAGE_UNDECODABLE: '图片解码失败：格式支持，但无法解码。',
  EMBEDDING_FAILED: '特征处理失败：无法提取人脸的特征向量。',
  QUALITY_TOO_LOW: '特征处理失败：人脸质量过低，无法可靠区分（过小、模糊、过暗、过曝、被遮挡、偏转或不完整）。',
  LANDMARKS_FAILED: '提取轮廓错误：无法定位关键点。',
  GENDER_FAILED: '提取性别错误。',
  EXPRESSION_FAILED: '提取表情错误。',
  AGE_FAILED: '提取年龄错误。',
  POSE_FAILED: '提取姿态错误。',
  GLASSES_FAILED: '提取眼镜错误。',
  STORAGE_FAILED: '特征存储错误。',
  IMAGE_EMPTY: '图片为空。',
  PARAMETER_MISSING: '参数为空：缺少必需的参数。',
  PERSON_EXISTS: '个体已存在。',
  PERSON_UNKNOWN: '个体不存在。',
  PARAMETER_TOO_LONG: '参数过长。',
  FACE_UNKNOWN: '人脸不存在。',
  GROUP_UNKNOWN: '组不存在。',
  GROUP_LIST_UNKNOWN: '组列表不存在。',
  URL_UNREACHABLE: 'url 图片下载失败：无法连接到其主机。',
  TOO_MANY_FACES: '人脸个数超过限制。',
  TOO_MANY_PERSONS: '个体个数超过限制。',
  TOO_MANY_GROUPS: '组个数超过限制。',
  SAME_FACE_ADDED: '对个体添加了几乎相同的人脸。',
  PARAMETER_INVALID: '人脸层参数无效。',
  IMAGE_FORMAT_UNSUPPORTED: '非法的图片格式：不是所支持格式的图片。',
  URL_DOWNLOAD_FAILED: '图片下载失败：url 有应答，但不是可用的图片。',
}
