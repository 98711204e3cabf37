/** Ids of ours: decimal numbers of at most 64 bits, without leading zeros. */
const OUR_ID = /^(0|[1-9]\d{0,19})$/
/** RFC 9562, version 8, whose bits are the maker's own: 64 of ours, the rest nought. */
const OUR_UUID = /^([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-8([0-9a-f])00-0{12}$/

/**
 * Clients of Rekognition know faces by UUIDs, and may keep them in columns that hold nothing else: an id of ours as such. What is
 * no id of ours stays as it is.
 */
export function toUuid(faceId: string): string {
  if (!OUR_ID.test(faceId)) return faceId
  const hex = BigInt(faceId).toString(16).padStart(16, '0')
  if (hex.length > 16) return faceId
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(12, 15)}-8${hex.slice(15)}00-000000000000`
}

/** The id that {@link toUuid} was given; of another UUID, of which no face is known, itself. */
export function fromUuid(uuid: string): string {
  const digits = OUR_UUID.exec(uuid)?.slice(1).join('')
  return digits === undefined ? uuid : BigInt(`0x${digits}`).toString()
}
