// How the peers get their pixels. They decode nothing themselves in Node with WebAssembly; sharp is the fastest that
// their users have (the canvas packages of the peers' own examples take longer), and the one that facecompare uses too.
import sharp from 'sharp'

// One thread each, as in facecompare.
sharp.concurrency(1)
sharp.cache(false)

/** Interleaved RGB, 8 bits, and the shape of it: height, width, 3. */
export async function decodeRgb(jpeg) {
  const { data, info } = await sharp(jpeg)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, shape: [info.height, info.width, 3] }
}
