import { readFile } from 'node:fs/promises'
import { MAX_DECODED_SIDE } from '../src/engine/local-engine.js'
import { FaceCompareError } from '../src/errors.js'
import { decodeImage } from '../src/image/decode.js'
import { loadDefaultPack } from '../src/packs/default-pack.js'
import { analyzeImage, type FoundFace } from '../src/pipeline/analyze.js'
import type { Effort } from '../src/pipeline/effort.js'
import { createProgress } from './progress.js'

/** Runs the pipeline up to the raw embeddings over image files; `undefined` where no face is found. */
export async function embedFiles(
  files: readonly string[],
  options: { readonly cacheDir: string; readonly effort: Effort; readonly threads: number },
): Promise<ReadonlyMap<string, FoundFace | undefined>> {
  const pack = await loadDefaultPack({ cacheDir: options.cacheDir, intraOpThreads: options.threads })
  const progress = createProgress('images', files.length)
  const found = new Map<string, FoundFace | undefined>()
  for (const file of files) {
    const image = await decodeImage(await readFile(file), { maxPixels: 40e6, maxSide: MAX_DECODED_SIDE })
    try {
      found.set(
        file,
        await analyzeImage(image, pack.models, { effort: options.effort, nowMs: () => performance.now() }),
      )
    } catch (error) {
      if (!(error instanceof FaceCompareError)) throw error
      found.set(file, undefined)
    }
    progress.advance()
  }
  await pack.close()
  return found
}
