import { FaceCompareError } from '../errors.js'

const SIGNATURE_BYTES = 8
/** Length, name, checksum. */
const CHUNK_FRAME_BYTES = 12
/** As numbers of four bytes: there may be a million chunks. */
const NAMES = { IEND: 0x49454e44, CgBI: 0x43674249, zTXt: 0x7a545874, iTXt: 0x69545874 }
/** A keyword has at most 79 bytes, and a zero behind it. */
const MOST_KEYWORD_BYTES = 80

/**
 * Each is unpacked whenever the file is opened, to some 8 MB at most: a hundred take seconds. Programs write one for each kind of
 * metadata.
 */
const MOST_COMPRESSED_TEXTS = 16

/**
 * @throws FaceCompareError IMAGE_UNDECODABLE (too many compressed texts), IMAGE_FORMAT_UNSUPPORTED (the form that Apple's tools give the
 *   pictures inside of programs)
 */
export function checkPng(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let texts = 0
  for (let at = SIGNATURE_BYTES; at + CHUNK_FRAME_BYTES <= bytes.length; ) {
    const name = view.getUint32(at + 4)
    const length = view.getUint32(at)
    if (name === NAMES.IEND) break
    if (name === NAMES.CgBI) {
      throw new FaceCompareError(
        'IMAGE_FORMAT_UNSUPPORTED',
        "A PNG in the form of Apple's programs (CgBI) is not supported; convert it to a usual PNG.",
      )
    }
    if (name === NAMES.zTXt || (name === NAMES.iTXt && isCompressed(bytes.subarray(at + 8, at + 8 + length)))) texts++
    at += CHUNK_FRAME_BYTES + length
  }
  if (texts > MOST_COMPRESSED_TEXTS) {
    throw new FaceCompareError(
      'IMAGE_UNDECODABLE',
      `The PNG image has ${texts} compressed texts; at most ${MOST_COMPRESSED_TEXTS} are allowed.`,
    )
  }
}

/** Of an international text the byte behind the keyword says whether it is. */
function isCompressed(text: Uint8Array): boolean {
  return text[text.subarray(0, MOST_KEYWORD_BYTES).indexOf(0) + 1] !== 0
}
