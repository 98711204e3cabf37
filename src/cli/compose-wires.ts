import type { Config } from '../config.js'
import type { Wire } from '../http/wire.js'
import { createBucketReader } from '../image/bucket-folder.js'
import { rekognition } from '../wires/rekognition/wire.js'
import { tencentIai } from '../wires/tencent-iai/wire.js'
import { type TencentImageOptions, tencentImage } from '../wires/tencent-image/wire.js'

/** The first wire, and the doors that are open. All have the same apps, keys and limits. */
export function composeWires(
  { doors, s3Folder, maxImageBytes }: Pick<Config, 'doors' | 's3Folder' | 'maxImageBytes'>,
  options: TencentImageOptions,
): readonly Wire[] {
  const readObject =
    s3Folder === undefined ? undefined : createBucketReader({ folder: s3Folder, maxBytes: maxImageBytes })
  return [
    tencentImage(options),
    ...(doors.includes('rekognition') ? [rekognition({ ...options, readObject })] : []),
    ...(doors.includes('tencent-iai') ? [tencentIai(options)] : []),
  ]
}
