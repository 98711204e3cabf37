import type { JsonObject } from './json-object.js'

/** Of an appid and of a url. */
const MAX_TEXT_CHARACTERS = 2048

/** The fields of a call with what each means, in the order in which they are best read; every other field is skipped. */
export const CALL_FIELDS = {
  appid: 'The app that signed the call. Required. In JSON a whole number is taken too.',
  bucket: "Sent by older clients, otherwise not needed. When both are not empty, it must equal the signature's `b`.",
  imageA: 'The bytes of the first picture: JPEG, PNG, WebP, AVIF, GIF (first frame), TIFF or BMP.',
  imageB: 'The bytes of the second picture.',
  urlA: 'Where the first picture is (http or https). When a side has an image and a url, the url alone is used.',
  urlB: 'Where the second picture is.',
  return_faces:
    '`1` adds to the answer where the faces are and how well they are shown; `0`, empty or absent does not.',
  min_quality:
    'Faces of less quality are refused with code -1103, 0 to 100; empty or absent leaves it to the model pack. Below the ' +
    "pack's own, scores of poor pictures promise nothing; `0` refuses none. The answer then has `quality_checked`.",
} as const

export type FieldName = keyof typeof CALL_FIELDS

const text = (name: FieldName, more: JsonObject = {}): JsonObject => ({
  ...{ type: 'string', description: CALL_FIELDS[name] },
  ...more,
})

const TEXTS: Readonly<Record<string, JsonObject>> = {
  appid: text('appid', { minLength: 1, maxLength: MAX_TEXT_CHARACTERS }),
  bucket: text('bucket'),
}

const URLS: Readonly<Record<string, JsonObject>> = {
  urlA: text('urlA', { maxLength: MAX_TEXT_CHARACTERS }),
  urlB: text('urlB', { maxLength: MAX_TEXT_CHARACTERS }),
}

const CHOICES: Readonly<Record<string, JsonObject>> = {
  return_faces: text('return_faces', { enum: ['', '0', '1'] }),
  min_quality: text('min_quality'),
}

export const MULTIPART_CALL: JsonObject = {
  type: 'object',
  description:
    'Each side needs an image or a url. A part is known by its name alone; unknown parts are skipped. The Base64 of an image is taken, too.',
  required: ['appid'],
  properties: {
    ...TEXTS,
    imageA: text('imageA', { format: 'binary', contentMediaType: 'application/octet-stream' }),
    imageB: text('imageB', { format: 'binary', contentMediaType: 'application/octet-stream' }),
    ...URLS,
    ...CHOICES,
  },
}

const BASE64 = 'As Base64 (either alphabet), with or without `data:image/...;base64,` in front.'

const BASE64_IMAGES: Readonly<Record<string, JsonObject>> = {
  imageA: text('imageA', { description: `${CALL_FIELDS.imageA} ${BASE64}` }),
  imageB: text('imageB', { description: `${CALL_FIELDS.imageB} ${BASE64}` }),
}

export const JSON_CALL: JsonObject = {
  type: 'object',
  description: 'Each side needs an image or a url. `null` counts as absent; unknown fields are skipped.',
  required: ['appid'],
  properties: {
    appid: { ...TEXTS.appid, type: ['string', 'integer'] },
    bucket: text('bucket'),
    ...BASE64_IMAGES,
    ...URLS,
    return_faces: { description: CALL_FIELDS.return_faces, enum: ['', '0', '1', 0, 1] },
    min_quality: { ...text('min_quality'), type: ['string', 'number'], minimum: 0, maximum: 100 },
  },
}

export const FORM_CALL: JsonObject = {
  type: 'object',
  description: 'Each side needs an image or a url. Images are Base64, whose `+` should be percent-encoded.',
  required: ['appid'],
  properties: { ...TEXTS, ...BASE64_IMAGES, ...URLS, ...CHOICES },
}

/** The bodies, by the name of their schema. */
export const CALL_SCHEMAS = { MultipartCall: MULTIPART_CALL, JsonCall: JSON_CALL, FormCall: FORM_CALL } as const

const APPID = '10001290'
const URL_CALL = { appid: APPID, urlA: 'https://example.com/a.jpg', urlB: 'https://example.com/b.jpg' }
/** The first bytes of a JPEG: a whole one would fill the page. */
const BASE64_IMAGE = '/9j/4AAQSkZJRgABAQEASABIAAD/'

/** Bodies that work, by their content type and name. What stands for bytes in multipart is text here. */
export const CALL_EXAMPLES = {
  'multipart/form-data': {
    images: {
      summary: 'Two pictures',
      value: { appid: APPID, imageA: '(bytes of a.jpg)', imageB: '(bytes of b.jpg)' },
    },
    mixed: {
      summary: 'A picture and a url, and where the faces are',
      value: { appid: APPID, imageA: '(bytes of a.jpg)', urlB: URL_CALL.urlB, return_faces: '1' },
    },
  },
  'application/json': {
    urls: { summary: 'Two urls', value: URL_CALL },
    images: {
      summary: 'Two pictures in Base64 (shortened)',
      value: { appid: APPID, imageA: BASE64_IMAGE, imageB: `data:image/jpeg;base64,${BASE64_IMAGE}` },
    },
  },
  'application/x-www-form-urlencoded': {
    urls: { summary: 'Two urls', value: { ...URL_CALL, return_faces: '1' } },
    images: {
      summary: 'A picture in Base64 (shortened) and a url',
      value: { appid: APPID, imageA: BASE64_IMAGE, urlB: URL_CALL.urlB },
    },
  },
} as const

export const CALL_BODY: JsonObject = {
  required: true,
  description:
    'The body may hold two pictures of the largest size (10 MiB each unless set otherwise) in Base64, and 64 KiB more. ' +
    'JSON may also come as `text/json`. A `Content-Encoding` other than `identity` is refused.',
  content: {
    'multipart/form-data': {
      schema: { $ref: '#/components/schemas/MultipartCall' },
      examples: { ...CALL_EXAMPLES['multipart/form-data'] },
    },
    'application/json': {
      schema: { $ref: '#/components/schemas/JsonCall' },
      examples: { ...CALL_EXAMPLES['application/json'] },
    },
    'application/x-www-form-urlencoded': {
      schema: { $ref: '#/components/schemas/FormCall' },
      examples: { ...CALL_EXAMPLES['application/x-www-form-urlencoded'] },
    },
  },
}
